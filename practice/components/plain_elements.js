/* What stands for "@emotion/react" in our build: elements as React draws them. Styles given to an
   element in Python arrive as `css`, and are its style attribute here. */
import { createElement } from "react";

export const jsx = (type, given, ...children) => {
  if (!given?.css) return createElement(type, given, ...children);
  const { css, ...props } = given;
  return createElement(type, { ...props, style: css }, ...children);
};
