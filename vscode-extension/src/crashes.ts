// How often the server may crash before it is given up.

/** What to do after a crash: start again after this many milliseconds, or `undefined`: give up. */
export type Verdict = number | undefined;

/** The fifth crash within this time is the last, in milliseconds. */
const WINDOW = 3 * 60_000;
const MOST = 5;

/** The delay before the first new start, in milliseconds; it doubles each time. */
const FIRST_DELAY = 250;

/** Counts crashes. A server that ran for long enough begins with a clean record. */
export class Crashes {
  private times: number[] = [];

  /** @param now Milliseconds on any steady clock. */
  count(now: number): Verdict {
    this.times = this.times.filter((time) => now - time < WINDOW);
    this.times.push(now);
    return this.times.length < MOST ? FIRST_DELAY * 2 ** (this.times.length - 1) : undefined;
  }

  forget(): void {
    this.times = [];
  }
}
