/** HTML elements that a page would not show: hidden by an attribute, a style, their size or their place. */

/** One tag with attributes, up to the next `<`; a `>` inside quotes belongs to it. */
const TAG = /<[a-z][\w:-]*[\s/](?:[^<>"']|"[^"<]*"|'[^'<]*')*>/gi;

/** Attributes that hide by themselves, or make the element as good as a point. */
const ATTRIBUTE = /[\s/"'](?:hidden(?=[\s/>=])|aria-hidden\s*=\s*["']?true|(?:width|height)\s*=\s*["']?[01](?:px)?["'\s/>])/i;

/** The content of a style attribute without blanks. A comment or an escape in a style only serves to disguise it. */
const STYLE =
  /style=.*?(?:\/\*|\\|display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0?(?:\.0\d*)?(?:[;"'!>%]|$)|font(?:-size)?:[01](?:\.\d+)?(?:px|pt|em|rem|%|[;"'!>])|color:transparent|color:rgba\([^)]*,0(?:\.0+)?\)|(?:width|height):[01](?:\.\d+)?(?:px|em|%|[;"'!>])|(?:left|right|top|bottom|text-indent|margin[a-z-]*|translate[xy]?\():?-\d{3,}|clip:rect|clip-path:|scale[xy]?\(0|opacity\(0|z-index:-\d)/i;

/** Calls `change` for the first character of each such tag. */
export const showUnseenElements = (text: string, change: (character: string) => string): string =>
  text.replaceAll(TAG, (tag) => (isUnseen(tag) ? `${change('<')}${tag.slice(1)}` : tag));

const isUnseen = (tag: string): boolean => ATTRIBUTE.test(tag) || STYLE.test(tag.replaceAll(/\s+/g, ''));
