/** What a command is. Records are light: everything that a command needs to run is imported when it runs. */
import type { Whereabouts } from '../lifecycle/index.ts';
import type { Stage as ServerStage } from '../server/index.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Canvas } from './picture.ts';

/** One command. Parsing, dispatch, help and the reference of exit codes are made from these fields. */
export interface Command {
  /** The word that calls it. */
  readonly name: string;
  /** One line, in the imperative. */
  readonly summary: string;
  readonly options: Options;
  /** Whether it takes the flags of all settings as well. */
  readonly settings: 'none' | 'all';
  /** The server itself: runs without a word, too, and handles signals. */
  readonly isServer?: true;
  /** It takes the name of a page of help behind its own. */
  readonly takesTopic?: true;
  /** What each exit code with which it can end means. */
  readonly exits: Readonly<Partial<Record<ExitCode, string>>>;
  /** A command line, without the program's name. */
  readonly example: string;
  /** @returns the exit code; undefined while a server runs. @throws ZscalerMcpError */
  run(invocation: Invocation): Promise<number | undefined>;
}

/** By name, without the dashes; `parseArgs` of node:util takes them as they are. */
export type Options = Readonly<Record<string, Option>>;

/** One option of a command. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in help, such as `SECONDS`. */
  readonly takes?: string;
  readonly about: string;
  /** The command that is run instead when the option is given. */
  readonly runs?: string;
}

/** What parsing needs to know of an option; the flags of the settings have no more. */
export type Syntax = Pick<Option, 'type' | 'short' | 'runs'>;

/** Values of the options that were given, by name: text, or true for a switch. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a command is run with. */
export interface Invocation {
  readonly stage: Stage;
  readonly values: OptionValues;
  /** The page of help that was asked for: a command's name or `settings`. */
  readonly topic: string | null;
  /** Whether to print one JSON object instead of text. */
  readonly json: boolean;
  readonly where: Whereabouts;
  /** All commands. */
  readonly commands: readonly Command[];
}

/** The process, as far as commands may touch it. */
export interface Stage extends ServerStage {
  /** What standard output is. */
  readonly canvas: Canvas;
  /**
   * For commands that handle no signals: gives them back to the system, whose default is to end the process. A signal that
   * was caught since the start is raised again.
   */
  releaseSignals(): Promise<void>;
}
