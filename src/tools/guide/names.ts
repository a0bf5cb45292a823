/** The tools about the tools; they belong to no product. */
export const guideNames = ['zscaler_list_toolsets', 'zscaler_search_tools', 'zscaler_describe_tool', 'zscaler_enable_toolset'] as const;

/** The word among the chosen toolsets that lets clients begin with these tools alone. */
export const DISCOVER = 'discover';
