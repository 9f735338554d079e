/* Boxes that scroll can be reached with the keyboard. A classic script: modules are blocked on
   file:// pages. */
(function () {
  "use strict";
  var BOXES = "pre, div.math, mjx-container, .output, .cell_output > div, " +
    ".pst-scrollable-table-container";

  function mark() {
    document.querySelectorAll(".bd-article :is(" + BOXES + ")").forEach(function (box) {
      var style = getComputedStyle(box);
      var scrolls = /auto|scroll/.test(style.overflowX) && box.scrollWidth > box.clientWidth + 1;
      if (scrolls) box.tabIndex = 0;
      else if (box.tabIndex === 0 && box.hasAttribute("tabindex")) box.removeAttribute("tabindex");
    });
    document.documentElement.dataset.bookReady = "yes"; // the browser tests wait for it
  }

  window.addEventListener("load", function () {
    var math = window.MathJax && window.MathJax.startup && window.MathJax.startup.promise;
    Promise.resolve(math).then(mark);
    window.addEventListener("resize", mark);
  });
})();
