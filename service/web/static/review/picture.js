/** The crop and the whole page, with the field's boxes outlined.  Pictures are never mirrored. */

import { make, makeSvg } from "./dom.js";

const AROUND = 0.6; // mm between a box and its outline, so that the outline hides no ink

/** Fetch and decode the crop before it is needed. */
export function fetchCrop(field) {
  if (!field.crop) return;
  field.image = make("img", { src: field.crop.url, alt: "", draggable: "false" });
  field.image.decode().catch(() => {}); // shown as missing where it belongs
}

/** The crop, in the frame's middle, with an outline around each box of the field, and around ink outside all fields. */
export function showCrop(frame, field, nothing) {
  if (!field.crop) {
    frame.replaceChildren(make("p", { class: "muted" }, nothing));
    return;
  }
  const { width, height, boxes, notes } = field.crop;
  const outlines = [
    ...boxes.map(([x, y, w, h]) => outline(x * width, y * height, w * width, h * height)),
    ...notes.map(([x, y, w, h]) => outline(x * width, y * height, w * width, h * height, "outline note")),
  ];
  const over = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...outlines);
  frame.replaceChildren(field.image, over);
}

/** The page as scanned, upright, with the field outlined, and ink outside all fields. */
export function showPage(frame, { picture, size, boxes, notes }) {
  const [width, height] = size;
  frame.replaceChildren(
    makeSvg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img" },
      makeSvg("image", { href: picture, width, height }),
      ...boxes.map(([x, y, w, h]) => outline(x, y, w, h)),
      ...notes.map(([x, y, w, h]) => outline(x, y, w, h, "outline note")),
    ),
  );
}

function outline(x, y, width, height, style = "outline") {
  return makeSvg("rect", {
    class: style,
    x: x - AROUND,
    y: y - AROUND,
    width: width + 2 * AROUND,
    height: height + 2 * AROUND,
    rx: AROUND,
  });
}
