"""Values that are kept until one compares better: thresholds, extremes."""
