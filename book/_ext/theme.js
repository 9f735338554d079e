/* In the head of every page: the theme would choose its colours later, and the page be seen without. */
(function () {
  "use strict";
  var root = document.documentElement;
  if (root.dataset.theme !== "auto") return;
  root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})();
