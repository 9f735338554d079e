/* How the search of the site ranks: the chapters, the glossary, the other pages, the API; and what
   it shows of a page: a sentence, at the place where it stands. Sphinx puts this before its own
   searchtools.js (html_search_scorer). */
var BONUS = [[/^notebooks\//, 40], [/^book\/glossary$/, 25], [/^book\/api/, -40], [/^book\//, 10]];
var INDEXED = 30; // the page is about the words that were asked for

function asked() {
  return (new URLSearchParams(location.search).get("q") || "").toLowerCase().trim();
}

/* The anchor on a page that the index has for all words of the query, or "". */
function indexedAt(file) {
  var words = asked().split(/\s+/);
  var entries = Object.entries(Search._index.indexentries).filter(function (entry) {
    return words.every(function (word) { return entry[0].includes(word); });
  });
  var places = entries.map(function (entry) {
    return entry[1].find(function (place) { return place[0] === file && place[1]; });
  });
  var found = places.find(Boolean);
  return found ? "#" + found[1] : "";
}

/* The heading, or the name in the glossary, that stands at an anchor: "term-" and the name. */
function titleOf(file, anchor) {
  var index = Search._index, id = anchor.slice(1);
  var at = function (names) {
    var found = Object.entries(names).find(function (entry) {
      return entry[1].some(function (place) { return place[0] === file && place[1] === id; });
    });
    return found && found[0];
  };
  var page = index.titles[file];
  var glossary = index.docnames[file] === "book/glossary";
  var heading = glossary ? nameOf(id) : at(index.alltitles);
  return heading && heading !== page ? page + " > " + heading : page;
}

function nameOf(id) {
  return Object.keys(Search._index.indexentries).find(function (name) {
    return "term-" + name.replace(/ /g, "-") === id.toLowerCase();
  });
}

var Scorer = {
  score: function (result) {
    var file = Search._index.docnames.indexOf(result[0]), score = result[4];
    if (/[_.]/.test(asked())) return score; // a name of the code
    if (!result[3]) {
      var anchor = indexedAt(file);
      if (anchor && !result[2]) {
        result[2] = anchor;
        score += INDEXED;
      }
      if (result[2]) result[1] = titleOf(file, result[2]);
    }
    if (result[0] === "book/glossary" && /[\u3400-\u9fff]/.test(asked())) return score + 60;
    var bonus = BONUS.find(function (pair) { return pair[0].test(result[0]); });
    return score + (bonus ? bonus[1] : 0);
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

var NOT_WORDS = "pre, nav, script, style, svg, table.indextable, .math, .headerlink, .admonition-title, " +
  ".answer, .cell_input, .cell_output, .eqno, .toctree-wrapper, .caption-number";
var BLOCKS = "p, li, dd, figcaption, td";
var LONGEST = 240;

/* The part of a page below an anchor, formulas as dots, nothing that is not words. */
function wordsOf(htmlString, anchor) {
  var page = new DOMParser().parseFromString(htmlString, "text/html");
  var main = page.querySelector(".bd-article") || page.querySelector('[role="main"]') || page.body;
  var part = anchor && page.getElementById(decodeURIComponent(anchor.slice(1)));
  if (part && part.tagName === "SPAN") part = part.parentElement;
  if (part && part.tagName === "DT") part = part.nextElementSibling || part;
  part = part || main;
  part.querySelectorAll("span.math").forEach(function (math) { math.replaceWith("\u2026"); });
  part.querySelectorAll(NOT_WORDS).forEach(function (other) { other.remove(); });
  return part;
}

function textOf(block) {
  return block.textContent.replace(/\s+/g, " ").trim();
}

/* The paragraph with most of the words, and how many it has. */
function best(part, keywords) {
  var found = { count: -1, block: null };
  var blocks = part.matches(BLOCKS) ? [part] : part.querySelectorAll(BLOCKS);
  blocks.forEach(function (block) {
    var text = textOf(block).toLowerCase();
    var count = keywords.filter(function (word) { return text.includes(word); }).length;
    if (count > found.count && text.length > 20) found = { count: count, block: block };
  });
  return found.block;
}

/* At most so many letters around the first of the words, cut between words. */
function excerpt(text, keywords) {
  var lower = text.toLowerCase();
  var places = keywords.map(function (word) { return lower.indexOf(word); });
  var first = Math.min.apply(null, places.filter(function (k) { return k >= 0; }).concat(text.length));
  if (text.length <= LONGEST) return text;
  var start = Math.max(0, Math.min(first - 80, text.length - LONGEST));
  if (start > 0) start = text.indexOf(" ", start) + 1;
  var end = start + LONGEST < text.length ? text.lastIndexOf(" ", start + LONGEST) : text.length;
  return (start > 0 ? "\u2026 " : "") + text.slice(start, end) + (end < text.length ? " \u2026" : "");
}

document.addEventListener("DOMContentLoaded", function () {
  Search.htmlToText = function (htmlString, anchor) { return textOf(wordsOf(htmlString, anchor)); };
  Search.makeSearchSummary = function (htmlText, keywords, anchor) {
    var words = Array.from(keywords, function (word) { return word.toLowerCase(); });
    var block = best(wordsOf(htmlText, anchor), words);
    if (!block) return null;
    var summary = document.createElement("p");
    summary.className = "context";
    summary.textContent = excerpt(textOf(block), words);
    var section = block.closest("section[id]:not(#exercise-content, #solution-content)");
    if (!anchor && section) Promise.resolve().then(function () {
      summary.parentElement.querySelector("a").href += "#" + section.id; // to the place, not the top
    });
    return summary;
  };
});
