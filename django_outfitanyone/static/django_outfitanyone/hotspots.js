// Dispatches DOM events when visitors open a card or follow a link. Sends no data anywhere.
(() => {
  const dispatch = (name, element) => {
    const look = element.closest("[data-outfit-picture]");
    const product = element.closest("[data-outfit-product]");
    if (!look || !product) {
      return;
    }
    const detail = {
      picture: look.dataset.outfitPicture,
      product: product.dataset.outfitProduct,
      hotspot: product.dataset.outfitHotspot ?? null,
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
