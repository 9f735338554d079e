/* A run as the figure shows it: a hook that follows the worker. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Told } from "./messages";
import type { Point, Settings } from "./race";
import { UPDATES } from "./rules";
import { type Entry, Runner } from "./runner";

export type Phase = "stored" | "ready" | "loads" | "runs" | "pauses" | "stopped" | "done" | "failed";

export interface Curve {
  key: string;
  points: Point[];
  failed: string | null;
}

export interface Numbers {
  phase: Phase;
  n: number;
  said: number; // the update that the line speaks of: not each, which nobody could listen to
  curves: Curve[];
  why: string; // it failed
  command?: { press: () => void; ten: () => void; stop: () => void };
}

const SAID = 50;
export const TEN = 10;

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function after(now: Numbers, { n, points, failed, still }: Told): Numbers {
  const curves = now.curves.map((curve, k) => {
    const last = curve.points[curve.points.length - 1];
    const more = points[k].n > (last?.n ?? -1) ? [points[k]] : [];
    return { ...curve, points: [...curve.points, ...more], failed: failed[k] };
  });
  const phase = n >= UPDATES ? "done" : still ? "pauses" : "runs";
  return { ...now, curves, n, phase, said: phase === "runs" ? n - (n % SAID) : n };
}

export function useRun(first: Numbers, entries: Entry[], settings: Settings): Numbers {
  const [shown, show] = useState<{ of: Numbers; numbers: Numbers } | null>(null);
  const runner = useRef<Runner | null>(null);
  const drop = () => { runner.current?.stop(); runner.current = null; };
  useEffect(() => drop, [first]); // other settings, another run

  const now = shown?.of === first ? shown.numbers : first;
  const latest = useRef(now); // with the points that are not shown yet
  if (shown?.of !== first) latest.current = first;
  const put = (numbers: Numbers, silent = false) => {
    latest.current = numbers;
    if (!silent) show({ of: first, numbers });
  };

  const begin = (to: number) => {
    drop();
    const curves = first.curves.map(({ key }) => ({ key, points: [], failed: null }));
    put({ ...first, phase: "loads", n: 0, said: 0, curves });
    runner.current = new Runner(entries, settings, to,
      (told) => {
        const numbers = after(latest.current, told);
        put(numbers, numbers.phase === "runs" && calm() && told.n % SAID > 0);
      },
      (why) => { drop(); put({ ...latest.current, phase: "failed", why }); });
  };
  const on = (to: number) => {
    if (now.phase !== "pauses") return begin(to);
    put({ ...latest.current, phase: "runs" });
    runner.current?.ask({ kind: "go", to });
  };
  const pause = () => runner.current?.ask({ kind: "pause" });
  const runs = now.phase === "runs" || now.phase === "loads";
  const command = {
    press: () => (runs ? pause() : on(UPDATES)),
    ten: () => on(now.phase === "pauses" ? Math.min(UPDATES, now.n + TEN) : TEN),
    stop: () => { drop(); put({ ...latest.current, phase: "stopped", said: latest.current.n }); },
  };
  return { ...now, command };
}
