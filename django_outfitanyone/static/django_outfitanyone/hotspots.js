// Dispatches DOM events when visitors open a card or follow a link. Sends no data anywhere.
(() => {
  // An item of the list has the number of its product, as each hotspot of that product has.
  const hotspotOfItem = (look, element) => {
    const classes = element.closest(".outfit-product")?.classList ?? [];
    const number = Array.from(classes).find((name) => /^outfit-n\d+$/.test(name));
    return number && look?.querySelector(`.outfit-hotspot.${number}`);
  };
  const dispatch = (name, element) => {
    const look = element.closest("[data-outfit-picture], .outfit-look");
    const product = element.closest("[data-outfit-product]") ?? hotspotOfItem(look, element);
    if (!look || !product) {
      return;
    }
    const detail = {
      picture: look.dataset.outfitPicture ?? look.id.match(/[a-z]+-\d+$/)?.[0],
      product: product.dataset.outfitProduct,
      hotspot: element.closest("[data-outfit-hotspot]")?.dataset.outfitHotspot ?? null,
    };
    element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  };
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.newState === "open" && event.target.matches(".outfit-card")) {
        dispatch("outfit:hotspot-open", event.target);
      }
    },
    true, // toggle does not bubble
  );
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".outfit-look a[href]");
    if (link) {
      dispatch("outfit:hotspot-click", link);
    }
  });
})();
