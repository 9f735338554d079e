"""What a browser tells of a page: how far it moves while it loads, whether a focus is seen."""

MOVES = 0.05  # half of what is called good

# Before a page loads: adds up its layout shifts (https://web.dev/articles/cls).
SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (!entry.hadRecentInput) window.shifted += entry.value;
})).observe({type: 'layout-shift', buffered: true});
"""
# Call it after a key was pressed, with the kinds that are known from other pages. One element of
# each other kind gets the focus: all kinds of the page, and of which it is not seen, because its
# outline is missing, thin, faint (less than 3 : 1) or transparent.
FOCUS = """async known => {
    const numbers = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
    const contrast = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((x, y) => x - y);
        return (bright + 0.05) / (dark + 0.05);
    };
    const ground = element => {
        for (let e = element; e; e = e.parentElement) {
            const [r, g, b, a = 1] = numbers(getComputedStyle(e).backgroundColor);
            if (a > 0.5) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const kinds = new Map();
    document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"], '
        + '[contenteditable="true"]').forEach(element => {
        const room = element.closest('svg, details, .bd-article, .bd-sidebar, header, footer, nav');
        const kind = [element, element.parentElement, room || document.body]
            .map(e => e.tagName + '.' + [...e.classList].sort().join('.')).join(' < ');
        if (!kinds.has(kind) && element.checkVisibility({visibilityProperty: true})) {
            kinds.set(kind, element);
        }
    });
    const bad = [];
    for (const [kind, element] of kinds) {
        if (known.includes(kind)) continue;
        element.focus({preventScroll: true});
        if (document.activeElement !== element) continue;
        element.getAnimations().forEach(one => one.finish());
        // A field that is hidden behind its label shows its focus there, an editor on its frame.
        const next = element.nextElementSibling, hidden = getComputedStyle(element).opacity === '0';
        const outlined = e => getComputedStyle(e).outlineStyle !== 'none';
        if (element.isContentEditable) await new Promise(done => setTimeout(done, 50));
        let seen = hidden && next?.matches('label') ? next : element;
        for (let e = seen, k = 0; e && k < 4 && !outlined(seen); e = e.parentElement, k++) {
            if (outlined(e)) seen = e;
        }
        const style = getComputedStyle(seen), colour = numbers(style.outlineColor);
        const found = [], width = parseFloat(style.outlineWidth);
        if (style.outlineStyle === 'none' || width < 2) found.push('no outline');
        else if (contrast(colour, ground(seen.parentElement)) < 3) found.push('faint');
        if (colour.length > 3 && colour[3] < 0.5) found.push('transparent outline');
        for (let e = seen; e; e = e.parentElement) {
            if (parseFloat(getComputedStyle(e).opacity) < 0.5) found.push('transparent');
        }
        if (found.length) bad.push(`${found.join(', ')}: ${kind}`);
    }
    document.activeElement.blur();
    return [[...kinds.keys()], bad];
}"""
