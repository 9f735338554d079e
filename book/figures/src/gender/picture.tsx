/* Words from top to bottom, beside each what a unit does there, and which answer the net would give. */
import { Field } from "../fields/field";
import { LOOKS, Picture, Press, signed } from "../lib";
import type { Given, Numbers } from "./net";
import { ASKED, FIRST, SIGNALS, UNITS } from "./net";

interface Props { state: Given; numbers: Numbers; set: (changes: Partial<Given>) => void }

const LEFT = 86, WIDE = 46, HIGH = 30, TOP = 48, BARS = 398, REACH = 32, FULL = 4;
const BELOW = TOP + HIGH * (ASKED - FIRST + 1) + 26;

export function answer(lead: number): string {
  return lead > 0 ? "she" : "he";
}

/* To the left he leads, to the right she; an outline is what it was without the change. */
function Bar({ lead, intact, y }: { lead: number; intact: number; y: number }) {
  const length = (value: number) => Number((Math.max(-1, Math.min(1, value / FULL)) * REACH).toFixed(1));
  const bar = (value: number) => `M${BARS} ${y}h${length(value)}v${HIGH - 12}H${BARS}Z`;
  return (
    <g>
      <path d={bar(lead)} fill={signed(lead)} fill-opacity="0.8" />
      <path d={bar(intact)} fill="none" stroke="currentColor" stroke-width="1" stroke-dasharray="2 2" />
    </g>
  );
}

function Word({ t, state, numbers, set }: Props & { t: number }) {
  const y = TOP + HIGH * (t - FIRST), here = state.at === t;
  return (
    <g>
      {t < ASKED ? (
        <Press label={`behind ${numbers.words[t]}, word ${t + 1}`} pressed={here} onPress={() => set({ at: t })}>
          <rect x="0" y={y} width={LEFT - 2} height={HIGH} fill="transparent" />
          <text x="4" y={y + 18} font-weight={here ? "bold" : undefined}>{numbers.words[t]}</text>
        </Press>
      ) : <text x="4" y={y + 18}>{numbers.words[t]}</text>}
      {SIGNALS.map((name, k) => <Field key={name} name={name} value={numbers.rows[t][k]} x={LEFT + WIDE * k} y={y}
        width={WIDE - 3} height={HIGH - 4} />)}
      <Bar lead={numbers.leads[t]} intact={numbers.intact[t]} y={y + 4} />
      {here && <path d={`M0 ${y + HIGH - 1.5}H${LEFT + 6 * WIDE}`} stroke="var(--figure-first)" stroke-width="3"
        stroke-dasharray={state.act === "none" ? "3 4" : undefined} />}
    </g>
  );
}

/* What the net would answer, were the same done to another unit. */
function Units({ state, numbers, set }: Props) {
  return (
    <g>
      {Array.from({ length: UNITS }, (_, k) => {
        const x = 2 + 54 * (k % 8), y = BELOW + 34 * Math.floor(k / 8), lead = numbers.units[k];
        const turned = answer(lead) !== answer(numbers.intact[ASKED]);
        return (
          <Press key={k} label={`unit ${k}: ${answer(lead)}`} pressed={state.unit === k} onPress={() => set({ unit: k })}>
            <rect x={x} y={y} width="50" height="30" rx="4" fill={signed(lead)} fill-opacity={turned ? 0.4 : 0.08}
              stroke="currentColor" stroke-width={state.unit === k ? 2.5 : 0.5} />
            <text x={x + 25} y={y + 20} text-anchor="middle" font-weight={turned ? "bold" : undefined}>{k} {answer(lead)}</text>
          </Press>
        );
      })}
    </g>
  );
}

export function Reading(props: Props) {
  const { numbers: { words }, state } = props;
  const last = TOP + HIGH * (ASKED - FIRST + 1);
  return (
    <Picture width={434} height={BELOW + 66} label={`Gates and states of unit ${state.unit} at every word`}>
      <text x="4" y="14">{words.slice(0, FIRST).join(" ")} …</text>
      {SIGNALS.map((name, k) => (
        <text key={name} x={LEFT + WIDE * (k + 0.5) - 1} y={TOP - 8} text-anchor="middle" font-style="italic"
          font-weight="bold" fill={LOOKS[name].ink}>{LOOKS[name].symbol}</text>
      ))}
      <text x={BARS - 4} y={TOP - 8} text-anchor="end">he</text>
      <text x={BARS + 4} y={TOP - 8}>she</text>
      <path d={`M${BARS} ${TOP}V${last}`} class="moving-axis" />
      {Array.from({ length: ASKED - FIRST + 1 }, (_, k) => <Word key={k} t={FIRST + k} {...props} />)}
      <Units {...props} />
    </Picture>
  );
}
