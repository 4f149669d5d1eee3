"""Pictures as such: heat maps, clouds of points, spectra, as SVG that is the same bytes again."""
