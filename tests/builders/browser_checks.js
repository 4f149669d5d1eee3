// What a page looks like to the browser that shows it. Every function returns plain data.
const look = (() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const FOCUSABLE = 'a[href], button, summary, input, select, textarea, [tabindex="0"]';

  const name = (element) => {
    const text = (element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    const id = element.closest("[id]")?.id;
    return `<${element.localName}> '${text}'${id ? ` in #${id}` : ""}`;
  };

  // Of an area above that of the text that only screen readers get.
  const seen = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1;
  };

  const unfold = () => {
    for (const details of $$("details")) details.open = true;
  };

  // Any CSS colour as red, green, blue (0 to 255) and opacity.
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], ground) =>
    [r, g, b].map((part, place) => a * part + (1 - a) * ground[place]);
  const faded = ([r, g, b, a], opacity) => [r, g, b, a * opacity];

  // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance and #dfn-contrast-ratio
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  const opacity = (element) => {
    let product = 1;
    for (let each = element; each; each = each.parentElement) {
      product *= Number(getComputedStyle(each).opacity);
    }
    return product;
  };

  // What is behind an element: backgrounds up to the first opaque one; white paper at the end.
  const ground = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const layer = rgba(getComputedStyle(each).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  };

  const painted = (shape, part) => {
    const style = getComputedStyle(shape);
    const colour = style[part];
    if (colour === "none" || (part === "stroke" && !parseFloat(style.strokeWidth))) return null;
    const found = faded(rgba(colour), Number(style[`${part}Opacity`]) * opacity(shape));
    return found[3] > 0 ? found : null;
  };

  const covers = (shape, x, y) => {
    const { left, right, top, bottom } = shape.getBoundingClientRect();
    if (x < left || x > right || y < top || y > bottom) return false;
    if (!shape.isPointInFill) return true; // an image, or a marker that is used
    const matrix = shape.getScreenCTM().inverse();
    return shape.isPointInFill(new DOMPoint(x, y).matrixTransform(matrix));
  };

  const SHAPES = "path, rect, circle, ellipse, line, polyline, polygon, image, use";
  const shapes = (svg) => $$(SHAPES, svg).filter((shape) => !shape.closest("defs, clipPath, symbol"));

  // What is behind a text of a picture: shapes that were drawn before it. An image has no colour.
  const behind = (text) => {
    const svg = text.ownerSVGElement;
    const box = text.getBoundingClientRect();
    const x = (box.left + box.right) / 2;
    const y = (box.top + box.bottom) / 2;
    let below = ground(svg);
    for (const shape of shapes(svg)) {
      const before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (!before || !covers(shape, x, y)) continue;
      if (shape.localName === "image") return null;
      const fill = painted(shape, "fill");
      if (fill) below = over(fill, below);
    }
    return below;
  };

  const zoom = (element) => {
    const matrix = element.ownerSVGElement ? element.getScreenCTM() : null;
    return matrix ? Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c)) : 1;
  };
  const size = (element) => parseFloat(getComputedStyle(element).fontSize) * zoom(element);

  const written = () => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: parent, data } = walker.currentNode;
      if (data.trim() && !parent.closest("script, style, title, desc") && seen(parent)) {
        found.add(parent);
      }
    }
    return [...found];
  };

  // Text that does not stand out from what is behind it: at least 4.5, or 3 where it is large.
  const paleTexts = () => {
    const faults = [];
    const texts = written();
    for (const text of texts) {
      const style = getComputedStyle(text);
      const drawn = Boolean(text.ownerSVGElement);
      const below = drawn ? behind(text) : ground(text);
      if (below === null) {
        faults.push(`${name(text)} stands on an image`);
        continue;
      }
      const paint = drawn ? painted(text, "fill") : faded(rgba(style.color), opacity(text));
      const contrast = ratio(over(paint ?? [0, 0, 0, 0], below), below);
      const pixels = size(text);
      const large = pixels >= 24 || (pixels >= 18.66 && Number(style.fontWeight) >= 700);
      if (contrast < (large ? 3 : 4.5)) faults.push(`${name(text)}: ${contrast.toFixed(2)}`);
    }
    return { count: texts.length, faults };
  };

  // Lines and markers in the colours of the series that do not stand out from the page. What lies
  // behind others to hold them together says nothing by itself.
  const paleMarks = () => {
    const faults = new Set();
    const pictures = $$("figure svg").filter(seen);
    let colours = 0;
    for (const svg of pictures) {
      const below = ground(svg);
      const style = getComputedStyle(svg);
      const series = new Set(
        [...Array(8).keys()]
          .map((place) => style.getPropertyValue(`--series-${place}`))
          .filter(Boolean)
          .map((colour) => rgba(colour).slice(0, 3).join()),
      );
      colours += series.size;
      for (const shape of shapes(svg)) {
        if (shape.localName === "image" || shape.closest('[id*="backdrop"]')) continue;
        const paints = [painted(shape, "stroke"), painted(shape, "fill")].filter(
          (paint) => paint && series.has(paint.slice(0, 3).join()),
        );
        if (!paints.length) continue;
        const best = Math.max(...paints.map((paint) => ratio(over(paint, below), below)));
        if (best < 3) faults.add(`a mark in ${name(svg.closest("figure"))}: ${best.toFixed(2)}`);
      }
    }
    return { colours, pictures: pictures.length, faults: [...faults] };
  };

  const theme = () => ({
    ground: luminance(ground(document.body)),
    ink: luminance(rgba(getComputedStyle(document.body).color).slice(0, 3)),
  });

  const missing = (selectors) =>
    selectors.filter((selector) => !$$(selector).some((element) => seen(element)));

  const wider = (element) => element.scrollWidth > element.clientWidth + 1;
  const scrollers = () =>
    $$("body *").filter((element) => {
      const scrolls = ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
      return scrolls && seen(element) && wider(element);
    });

  // What is wider than the page, where the page scrolls sideways.
  const sideways = (width) => {
    if (document.scrollingElement.scrollWidth <= width) return [];
    const inside = (element) => {
      for (let each = element.parentElement; each; each = each.parentElement) {
        if (getComputedStyle(each).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = $$("body *").filter(
      (element) => seen(element) && element.getBoundingClientRect().right > width + 1 && !inside(element),
    );
    const said = wide.slice(-3).map(name).join(", ");
    return [`the page is ${document.scrollingElement.scrollWidth} pixels wide: ${said}`];
  };

  const smallTexts = (least) =>
    $$("svg text")
      .filter((text) => seen(text) && text.textContent.trim() && size(text) < least)
      .map((text) => `${name(text)} is ${size(text).toFixed(1)} pixels high`);

  // Texts of a picture that lie on one another, or are cut off at its edge.
  const crowdedTexts = () => {
    const faults = [];
    for (const svg of $$("svg").filter(seen)) {
      const edge = svg.getBoundingClientRect();
      const texts = $$("text", svg).filter((text) => seen(text) && text.textContent.trim());
      const boxes = texts.map((text) => text.getBoundingClientRect());
      const out = (box) =>
        Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top, box.bottom - edge.bottom);
      // of a line's height, the upper and the lower quarter hold next to nothing
      const overlap = (a, b) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        return wide > 1 && high > Math.min(a.height, b.height) / 4 ? Math.min(wide, high) : 0;
      };
      boxes.forEach((box, place) => {
        if (out(box) > 1) faults.push(`${name(texts[place])} is cut off by ${out(box).toFixed(0)}`);
        for (let other = 0; other < place; other += 1) {
          if (overlap(box, boxes[other]) > 0) {
            faults.push(`${name(texts[other])} lies on ${name(texts[place])}`);
          }
        }
      });
    }
    return faults;
  };

  // Code that is cut off, and what is folded, on paper.
  const unprinted = () => [
    ...$$("pre")
      .filter((code) => seen(code) && wider(code))
      .map((code) => `${name(code)} is cut off`),
    ...$$("details")
      .filter((details) => seen(details))
      .flatMap((details) => [...details.children].filter((each) => each.localName !== "summary"))
      .filter((content) => !seen(content))
      .map((content) => `${name(content)} stays folded`),
    ...$$("button, nav").filter(seen).map((each) => `${name(each)} is of no use on paper`),
  ];

  const marks = new Map();
  const indicator = (element) => {
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return { outline: outlined ? style.outline : "none", shadow: style.boxShadow };
  };
  const remember = () => {
    for (const element of $$("body, body *")) marks.set(element, indicator(element));
  };

  // Where the focus is, and whether that is seen.
  const focus = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const faults = [];
    const [now, before] = [indicator(element), marks.get(element)];
    if (JSON.stringify(now) === JSON.stringify(before)) {
      faults.push(`${name(element)} looks the same with the focus`);
    } else if (now.outline !== "none") {
      const below = ground(element.parentElement);
      const colour = rgba(getComputedStyle(element).outlineColor);
      const contrast = ratio(over(colour, below), below);
      if (contrast < 3) faults.push(`${name(element)}: its outline has ${contrast.toFixed(2)}`);
    }
    const box = element.getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    if (!inside) faults.push(`${name(element)} has the focus and is not in view`);
    const again = Boolean(element.visited);
    element.visited = true;
    return {
      again,
      faults,
      name: name(element),
      summary: element.localName === "summary",
      open: Boolean(element.parentElement.open),
      scrolls: scrollers().includes(element),
      moved: element.scrollLeft > 0,
    };
  };

  const unreached = () => [
    ...$$(FOCUSABLE)
      .filter((element) => seen(element) && !element.visited)
      .map((element) => `${name(element)} is not reached by Tab`),
    ...scrollers()
      .filter((element) => !element.hasAttribute("tabindex"))
      .map((element) => `${name(element)} scrolls, and not every browser gives it the focus`),
  ];

  // Whether the focus is in what a skip link leads to, or after it.
  const skipped = (target) => {
    const goal = document.querySelector(target);
    const here = document.activeElement;
    if (!goal || !here || here === document.body) return false;
    return goal.contains(here) || Boolean(goal.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
  };

  // The text of everything that a button copies, by its id.
  const copyable = () =>
    Object.fromEntries(
      $$("button[data-copy]")
        .filter(seen)
        .map(({ dataset }) => [dataset.copy, document.getElementById(dataset.copy)?.textContent]),
    );

  const structure = () => {
    const faults = [];
    const claim = (holds, fault) => holds || faults.push(fault);
    claim(document.documentElement.lang, "no language is set");
    claim(document.title.trim(), "the page has no title");
    const ids = $$("[id]").map((element) => element.id);
    for (const id of new Set(ids.filter((each, place) => ids.indexOf(each) !== place))) {
      faults.push(`the id '${id}' is given twice`);
    }
    const levels = $$("h1, h2, h3, h4, h5, h6").map((heading) => Number(heading.localName[1]));
    claim(levels[0] === 1, "the first heading is not an h1");
    claim(levels.filter((level) => level === 1).length === 1, "there is not exactly one h1");
    levels.forEach((level, place) => {
      claim(!place || level <= levels[place - 1] + 1, `heading ${place + 1} skips a level: h${level}`);
    });
    for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls"]) {
      for (const element of $$(`[${attribute}]`)) {
        for (const id of element.getAttribute(attribute).split(/\s+/)) {
          claim(document.getElementById(id), `${attribute} of ${name(element)} leads nowhere: '${id}'`);
        }
      }
    }
    for (const link of $$('a[href^="#"]')) {
      claim(document.getElementById(link.hash.slice(1)), `${name(link)} leads nowhere`);
    }
    for (const figure of $$("figure")) {
      const caption = figure.querySelector("figcaption");
      const details = $$("details", figure).find((each) => /^In words/.test(each.textContent.trim()));
      const words = details?.textContent.replace(details.querySelector("summary").textContent, "");
      claim(caption && seen(caption) && caption.textContent.trim().length > 20, `${name(figure)} has no caption`);
      claim(words?.trim().length > 20, `${name(figure)} is not told in words`);
    }
    return faults;
  };

  return { copyable, crowdedTexts, focus, missing, paleMarks, paleTexts, remember, sideways, skipped, smallTexts, structure, theme, unfold, unprinted, unreached };
})();
