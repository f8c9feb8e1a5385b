/**
 * What a command may do to the outside: print, and ask whether somebody watches. Commands are
 * handed an `Io`, so that a test can run them and read what they print.
 */
export interface Io {
  /** Results: standard output. */
  out(text: string): void;
  /** What is wrong, and progress: standard error. */
  err(text: string): void;
  /** True where progress may be drawn: a person's terminal. */
  readonly showsProgress: boolean;
  /** True where results go to a person's terminal rather than into a file or pipe. */
  readonly isTerminal?: boolean;
  /** Reads standard input to its end. */
  readInput(): Promise<string>;
  /** Calls `stop` when the person wants to end (Ctrl-C); returns how to stop listening. */
  onInterrupt(stop: () => void): () => void;
}

export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    showsProgress: process.stderr.isTTY,
    isTerminal: process.stdout.isTTY,
    async readInput() {
      process.stdin.setEncoding('utf8');
      let text = '';
      for await (const part of process.stdin) text += String(part);
      return text;
    },
    onInterrupt(stop) {
      // The second Ctrl-C is for whoever cannot wait: the default action, which ends the process.
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
      return () => {
        process.off('SIGINT', stop);
        process.off('SIGTERM', stop);
      };
    },
  };
}
