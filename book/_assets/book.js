/* Boxes that scroll can be reached with the keyboard; the words that a search led here for are
   marked; behind ?solutions=no there are none. A classic script: modules are blocked on file:// pages. */
(function () {
  "use strict";
  var BOXES = "pre, div.math, mjx-container, .output, .cell_output > div, " +
    ".pst-scrollable-table-container";

  function mark() {
    document.querySelectorAll(".bd-article :is(" + BOXES + ")").forEach(function (box) {
      var style = getComputedStyle(box);
      var scrolls = /auto|scroll/.test(style.overflowX) && box.scrollWidth > box.clientWidth;
      if (scrolls) box.tabIndex = 0;
      else if (box.tabIndex === 0 && box.hasAttribute("tabindex")) box.removeAttribute("tabindex");
    });
    document.documentElement.dataset.bookReady = "yes"; // the browser tests wait for it
  }

  if (/[?&]solutions=no\b/.test(location.search)) document.documentElement.dataset.solutions = "no";

  /* The theme gives the buttons that unfold its table of contents no name. */
  document.querySelectorAll(".bd-sidebar-primary details > summary").forEach(function (button) {
    var page = button.closest("li").querySelector("a");
    if (page) button.setAttribute("aria-label", "Pages below: " + page.textContent.trim());
  });

  /* Sphinx would mark them itself, but takes every page that loads its search for that of the search. */
  function markWords() {
    var words = (localStorage.getItem("sphinx_highlight_terms") || "").split(/\s+/).filter(Boolean);
    if (/search\.html$/.test(location.pathname) || !words.length) return;
    localStorage.removeItem("sphinx_highlight_terms");
    var escaped = words.map(function (word) { return word.replace(/[^\p{L}\p{N}]/gu, "\\$&"); });
    var pattern = new RegExp("(" + escaped.join("|") + ")", "giu");
    var walker = document.createTreeWalker(document.querySelector(".bd-article"), NodeFilter.SHOW_TEXT);
    var texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    texts.filter(function (text) {
      return !text.parentElement.closest("mjx-container, .math, script, style, svg, pre, button, label");
    }).forEach(function (text) {
      var parts = text.nodeValue.split(pattern); // the odd ones are found
      if (parts.length === 1) return;
      text.replaceWith.apply(text, parts.map(function (part, k) {
        if (k % 2 === 0) return part;
        var found = document.createElement("mark");
        found.className = "searched";
        found.textContent = part;
        return found;
      }));
    });
  }

  /* A promise of MathJax, which is loaded here where the page itself has no formula. */
  var loading;
  function mathjax() {
    if (window.MathJax && MathJax.startup && MathJax.startup.promise) return MathJax.startup.promise;
    loading = loading || new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = document.documentElement.dataset.content_root + "_static/mathjax/tex-chtml.js";
      script.onload = function () { MathJax.startup.promise.then(done, failed); };
      script.onerror = failed;
      document.head.append(script);
    });
    return loading;
  }

  /* Called when a preview is shown. */
  window.showMath = function (preview) {
    if (!preview.popper.querySelector(".math:not(:has(mjx-container))")) return;
    mathjax().then(function () {
      return MathJax.typesetPromise([preview.popper]);
    }).then(function () {
      if (preview.popperInstance) preview.popperInstance.update();
    });
  };

  window.addEventListener("load", function () {
    var math = window.MathJax && window.MathJax.startup && window.MathJax.startup.promise;
    Promise.resolve(math).catch(function () {}).then(function () {
      delete document.documentElement.dataset.math; // what could not be typeset is seen as it is
    }).then(markWords).then(mark);
    window.addEventListener("resize", mark);
  });
})();
