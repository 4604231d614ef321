/** Shows which outline on the scan belongs to which field beside it. */

const cards = new Map([...document.querySelectorAll(".field-card, .note-card")].map((card) => [card.dataset.field, card]));
const places = new Map([...document.querySelectorAll(".place")].map((place) => [place.dataset.field, place]));

function light(field, on) {
  places.get(field)?.classList.toggle("lit", on);
  cards.get(field)?.classList.toggle("lit", on);
}

for (const [field, card] of cards) {
  for (const kind of ["pointerenter", "focusin"]) card.addEventListener(kind, () => light(field, true));
  for (const kind of ["pointerleave", "focusout"]) card.addEventListener(kind, () => light(field, false));
}
for (const [field, place] of places) {
  place.addEventListener("pointerenter", () => light(field, true));
  place.addEventListener("pointerleave", () => light(field, false));
  place.addEventListener("click", () => {
    const card = cards.get(field);
    card?.scrollIntoView({ block: "center" });
    (card?.querySelector("summary:last-of-type, summary") ?? card)?.focus({ preventScroll: true });
  });
}
