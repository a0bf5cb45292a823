/** Names of the tools that find other tools; they belong to no product. */
export const guideNames = ['zscaler_list_toolsets', 'zscaler_search_tools', 'zscaler_describe_tool', 'zscaler_enable_toolset'] as const;

/** The word among the chosen toolsets with which clients see these tools alone at first. */
export const DISCOVER = 'discover';
