/* Parts of pictures that can be taken hold of: with a finger, a mouse and the keyboard alike. */
import type { ComponentChildren, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useRef } from "preact/hooks";

interface PressProps {
  label: string;
  pressed?: boolean;
  onPress: () => void;
  /* Of many parts only one needs to be reached by Tab; the arrows then lead from it to the others.
     `onArrow` gets the key and says the id of the part to go to, or nothing. */
  id?: string;
  stop?: boolean;
  onArrow?: (key: string) => string | undefined;
  children: ComponentChildren;
}

/* A part of an SVG that is pressed like a button. In SVG the name of the attribute is `tabindex`: written
   otherwise, a part that is drawn later cannot be reached by keys. */
export function Press({ label, pressed, onPress, id, stop = true, onArrow, children }: PressProps) {
  const onKeyDown = (event: TargetedKeyboardEvent<SVGGElement>) => {
    const next = event.key.startsWith("Arrow") ? onArrow?.(event.key) : undefined;
    if (next) {
      event.preventDefault();
      document.getElementById(next)?.focus();
    }
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onPress();
  };
  return (
    <g class="moving-press" role="button" id={id} tabindex={stop ? 0 : -1} aria-label={label} aria-pressed={pressed}
      onClick={onPress} onKeyDown={onKeyDown}>
      {children}
    </g>
  );
}

interface HandleProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  words: string; // the value as it is read aloud
  /* The value under a point of the picture, in units of its viewBox. */
  at: (x: number, y: number) => number;
  set: (value: number) => void;
  jump?: boolean; // goes to where it is pressed, as a track does; else it moves only when dragged
  children: ComponentChildren;
}

function inPicture(event: PointerEvent, part: SVGGraphicsElement): DOMPoint {
  const matrix = part.ownerSVGElement!.getScreenCTM()!.inverse();
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
}

/* A part of an SVG that is dragged, or moved by the arrow keys, Home and End, as a slider is. */
export function Handle({ label, value, min, max, step, words, at, set, jump, children }: HandleProps) {
  const held = useRef(false);
  const put = (next: number) => {
    const grid = min + Math.round((next - min) / step) * step;
    set(Number(Math.min(max, Math.max(min, grid)).toPrecision(12)));
  };
  const onKeyDown = (event: TargetedKeyboardEvent<SVGGElement>) => {
    const ways: Record<string, number> = {
      ArrowUp: value + step, ArrowRight: value + step, ArrowDown: value - step,
      ArrowLeft: value - step, PageUp: value + 10 * step, PageDown: value - 10 * step,
      Home: min, End: max,
    };
    if (!(event.key in ways)) return;
    event.preventDefault();
    put(ways[event.key]);
  };
  const onPointerDown = (event: TargetedPointerEvent<SVGGElement>) => {
    held.current = true;
    event.currentTarget.setPointerCapture(event.pointerId);
    if (jump) onPointerMove(event);
  };
  const onPointerMove = (event: TargetedPointerEvent<SVGGElement>) => {
    if (!held.current) return;
    const { x, y } = inPicture(event, event.currentTarget);
    put(at(x, y));
  };
  return (
    <g class="moving-handle" role="slider" tabindex={0} aria-label={label} aria-valuemin={min}
      aria-valuemax={max} aria-valuenow={value} aria-valuetext={words} onKeyDown={onKeyDown}
      onPointerDown={onPointerDown} onPointerMove={onPointerMove}
      onPointerUp={() => { held.current = false; }} onPointerCancel={() => { held.current = false; }}>
      {children}
    </g>
  );
}

/* The picture itself: its width in units, for letters of 13; named for screen readers. */
export function Picture({ width, height, label, children }: {
  width: number; height: number; label: string; children: ComponentChildren;
}) {
  return (
    <svg class="moving-picture" viewBox={`0 0 ${width} ${height}`} role="group" aria-label={label}
      font-family="DejaVu Sans, sans-serif" font-size="13" fill="currentColor">
      {children}
    </svg>
  );
}
