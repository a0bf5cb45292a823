/** HTML elements that a page would not show: hidden by an attribute, a style, their size or their place. */

/** One tag with attributes, up to the next `<`; a `>` inside quotes belongs to it. */
const TAG = /<[a-z][\w:-]*[\s/](?:[^<>"']|"[^"<]*"|'[^'<]*')*>/gi;

/** Attributes that hide by themselves, or make the element as good as a point. */
const ATTRIBUTE = /[\s/"'](?:hidden(?=[\s/>=])|aria-hidden\s*=\s*["']?true|(?:width|height)\s*=\s*["']?[01](?:px)?["'\s/>])/i;

/** What hides an element, in a style without blanks and in small letters. A comment or an escape there only serves to disguise it. */
const HIDING =
  /\/\*|\\|display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0?(?:\.0\d*)?(?:[;"'!>%]|$)|font(?:-size)?:[01](?:\.\d+)?(?:px|pt|em|rem|%|[;"'!>])|color:transparent|color:rgba\([^)]{0,80},0(?:\.0+)?\)|(?:width|height):[01](?:\.\d+)?(?:px|em|%|[;"'!>])|(?:left|right|top|bottom|text-indent|margin[a-z-]{0,20}|translate[xy]?\():?-\d{3,}|clip:rect|clip-path:|scale[xy]?\(0|opacity\(0|z-index:-\d/;

/** Calls `change` for the first character of each such tag. */
export const showUnseenElements = (text: string, change: (character: string) => string): string =>
  text.replaceAll(TAG, (tag) => (isUnseen(tag) ? `${change('<')}${tag.slice(1)}` : tag));

const isUnseen = (tag: string): boolean => ATTRIBUTE.test(tag) || HIDING.test(styleOf(tag));

/** From the first style attribute on, without blanks; empty where there is none. */
function styleOf(tag: string): string {
  const bare = tag.replaceAll(/\s+/g, '').toLowerCase();
  const at = bare.indexOf('style=');
  return at < 0 ? '' : bare.slice(at);
}
