/* In the head of pages with formulas, behind MathJax's configuration: their room is kept until they
   are typeset (book.css), which waits for the two fonts that all need, else lines would move twice. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.dataset.math = "waits";
  if (!window.FontFace) return;
  var folder = root.dataset.content_root + "_static/mathjax/output/chtml/fonts/woff-v2/";
  var fonts = [["MJXTEX", "Main-Regular"], ["MJXTEX-I", "Math-Italic"]].map(function (pair) {
    var font = new FontFace(pair[0], "url(" + folder + "MathJax_" + pair[1] + ".woff)");
    return font.load().then(function () { document.fonts.add(font); });
  });
  var late = new Promise(function (done) { setTimeout(done, 3000); });
  window.MathJax.startup = {
    pageReady: function () {
      return Promise.race([Promise.all(fonts).catch(function () {}), late]).then(function () {
        return window.MathJax.startup.defaultPageReady();
      });
    }
  };
})();
