/** The texts by which the chat templates of today's models separate speakers, tools and thoughts. A table for the test and the page. */

interface Family {
  readonly family: string;
  readonly source: string;
  readonly tokens: readonly string[];
}

/** By family of models, with where its template is described; the tests hold `SEPARATORS` against it. */
export const families: readonly Family[] = [
  {
    family: 'ChatML (OpenAI, Qwen, Yi, Hermes, SmolLM)',
    source: 'huggingface.co/Qwen/Qwen3-8B, tokenizer_config.json',
    tokens: ['<|im_start|>', '<|im_end|>', '<|im_sep|>', '<|endoftext|>', '<tool_call>', '<tool_response>', '<think>', '<tools>'],
  },
  {
    family: 'Harmony (OpenAI gpt-oss)',
    source: 'github.com/openai/harmony, docs/format.md',
    tokens: ['<|start|>', '<|end|>', '<|message|>', '<|channel|>', '<|constrain|>', '<|return|>', '<|call|>'],
  },
  {
    family: 'Llama 2',
    source: 'github.com/meta-llama/llama, llama/generation.py',
    tokens: ['[INST]', '[/INST]', '<<SYS>>', '<</SYS>>', '<s>', '</s>'],
  },
  {
    family: 'Llama 3 and 4',
    source: 'github.com/meta-llama/llama-models, models/llama3 and models/llama4, prompt_format.md',
    tokens: [
      '<|begin_of_text|>',
      '<|start_header_id|>',
      '<|end_header_id|>',
      '<|eot_id|>',
      '<|eom_id|>',
      '<|python_tag|>',
      '<|header_start|>',
      '<|header_end|>',
      '<|eot|>',
    ],
  },
  {
    family: 'Mistral',
    source: 'github.com/mistralai/mistral-common, tokens/tokenizers/base.py (SpecialTokens)',
    tokens: [
      '[SYSTEM_PROMPT]',
      '[/SYSTEM_PROMPT]',
      '[AVAILABLE_TOOLS]',
      '[/AVAILABLE_TOOLS]',
      '[TOOL_CALLS]',
      '[TOOL_RESULTS]',
      '[/TOOL_RESULTS]',
      '[TOOL_CONTENT]',
      '[CALL_ID]',
      '[ARGS]',
      '[THINK]',
      '[/THINK]',
      '[MODEL_SETTINGS]',
      '[PREFIX]',
      '[SUFFIX]',
      '[MIDDLE]',
      '[IMG]',
    ],
  },
  {
    family: 'Gemma',
    source: 'ai.google.dev/gemma/docs/core/prompt-structure',
    tokens: ['<start_of_turn>', '<end_of_turn>', '<bos>', '<eos>', '<start_of_image>'],
  },
  {
    family: 'DeepSeek',
    source: 'huggingface.co/deepseek-ai/DeepSeek-V3.1, tokenizer_config.json',
    tokens: [
      '<｜begin▁of▁sentence｜>',
      '<｜end▁of▁sentence｜>',
      '<｜User｜>',
      '<｜Assistant｜>',
      '<｜tool▁calls▁begin｜>',
      '<｜tool▁sep｜>',
      '<｜DSML｜function_calls>',
    ],
  },
  {
    family: 'Phi',
    source: 'huggingface.co/microsoft/Phi-4-mini-instruct',
    tokens: ['<|system|>', '<|user|>', '<|assistant|>', '<|tool|>', '<|end|>'],
  },
  {
    family: 'Command R (Cohere)',
    source: 'docs.cohere.com/docs/prompting-command-r',
    tokens: [
      '<BOS_TOKEN>',
      '<EOS_TOKEN>',
      '<|START_OF_TURN_TOKEN|>',
      '<|END_OF_TURN_TOKEN|>',
      '<|SYSTEM_TOKEN|>',
      '<|USER_TOKEN|>',
      '<|CHATBOT_TOKEN|>',
    ],
  },
  {
    family: 'GLM',
    source: 'huggingface.co/zai-org/GLM-4.5, chat_template.jinja',
    tokens: ['[gMASK]', '<sop>', '<|system|>', '<|user|>', '<|assistant|>', '<|observation|>', '<arg_key>', '<arg_value>'],
  },
  {
    family: 'Kimi',
    source: 'huggingface.co/moonshotai/Kimi-K2-Instruct, chat_template.jinja',
    tokens: [
      '<|im_system|>',
      '<|im_user|>',
      '<|im_assistant|>',
      '<|im_middle|>',
      '<|tool_calls_section_begin|>',
      '<|tool_call_begin|>',
      '[BOS]',
      '[EOS]',
    ],
  },
  { family: 'MiniMax', source: 'huggingface.co/MiniMaxAI/MiniMax-M2, chat_template.jinja', tokens: [']~b]', '[e~[', ']~!b['] },
  {
    family: 'Granite',
    source: 'huggingface.co/ibm-granite/granite-3.3-8b-instruct',
    tokens: ['<|start_of_role|>', '<|end_of_role|>', '<|end_of_text|>'],
  },
  {
    family: 'Claude',
    source: 'docs.anthropic.com, migrating from text completions; tool use',
    tokens: ['\n\nHuman:', '\n\nAssistant:', '<function_calls>', '<invoke name="x">', '</function_results>', '<system>', '<thinking>'],
  },
  {
    family: 'Alpaca and Vicuna',
    source: 'github.com/tatsu-lab/stanford_alpaca, README',
    tokens: ['\n### Instruction:', '\n### Response:', '\n### Human:', '\n### Assistant:'],
  },
];

/** Each matches exactly the character to escape. */
export const SEPARATORS: readonly RegExp[] = [
  // Between bars, also the wide ones of DeepSeek, which may be followed by a name.
  /<(?=\|[^|<>\n]{1,40}\|>)/g,
  /<(?=\/?\uFF5C[^\uFF5C<>\n]{1,40}\uFF5C)/g,
  /<(?=\/?(?:start_of_turn|end_of_turn|start_of_image|end_of_image|bos|eos|pad|sop|eop|BOS_TOKEN|EOS_TOKEN|arg_key|arg_value|s)>)/g,
  /<(?=<\/?SYS>>)/g,
  // In capitals, as the templates have them: such words in small letters are data.
  /\[(?=\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|CALL_ID|ARGS|THINK|MODEL_SETTINGS|PREFIX|SUFFIX|MIDDLE|IMG|IMG_BREAK|IMG_END|BEGIN_AUDIO|AUDIO|gMASK|sMASK|MASK|BOS|EOS|EOT|PAD)\])/g,
  /~(?<=\]~)(?=!?b[[\]])|~(?<=\[e~)(?=\[)/g,
  /:(?<=\n\n(?:Human|Assistant|System):)/g,
  /:(?<=(?:^|\n)###[ ](?:Instruction|Response|Input|Human|Assistant|System|User):)/g,
];
