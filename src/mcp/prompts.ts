/** The answers to `prompts/list` and `prompts/get`. */
import {
  ProtocolError,
  ProtocolErrorCode,
  type GetPromptRequest,
  type GetPromptResult,
  type ListPromptsResult,
} from '@modelcontextprotocol/server';
import { ZscalerMcpError } from '../common/errors.ts';
import { sanitizeText } from '../sanitize/index.ts';
import type { Runtime } from './runtime.ts';

export const listPrompts = ({ prompts }: Runtime): ListPromptsResult => ({
  prompts: Array.from(prompts.values(), ({ name, title, about, arguments: given }) => ({
    name,
    title,
    description: about,
    arguments: given.map((argument) => ({ name: argument.name, description: argument.about, required: argument.isNeeded })),
  })),
});

/** @throws ProtocolError invalid params */
export function getPrompt(
  { prompts, sanitizes, chatSeparators }: Runtime,
  { name, arguments: given = {} }: GetPromptRequest['params'],
): GetPromptResult {
  const prompt = prompts.get(name);
  if (!prompt)
    throw wrong(
      `Unknown prompt: ${JSON.stringify(sanitizeText(name.slice(0, 100)))} is not offered here. prompts/list has those that are.`,
    );
  try {
    const text = prompt.write(given);
    return {
      description: prompt.about,
      messages: [{ role: 'user', content: { type: 'text', text: sanitizes ? sanitizeText(text, chatSeparators) : text } }],
    };
  } catch (error) {
    if (!(error instanceof ZscalerMcpError)) throw error;
    throw wrong(`${sanitizeText(error.message)}${error.hint === undefined ? '' : `. ${error.hint}`}`);
  }
}

const wrong = (message: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidParams, message);
