// What a page does by itself, and only while it stands before somebody.
import { useEffect, useRef } from "react";

const EVERY = 2000;
// After a minute it waits for somebody to load the page.
const TIMES = 30;

const stands = () => document.visibilityState === "visible";

// Says that what was read the last time was seen: at once, or when the tab is looked at.
export function Seen({ reading, onSeen, children, ...rest }) {
  useEffect(() => {
    const look = () => {
      if (!stands()) return;
      document.removeEventListener("visibilitychange", look);
      onSeen?.();
    };
    document.addEventListener("visibilitychange", look);
    look();
    return () => document.removeEventListener("visibilitychange", look);
  }, [reading]);
  return <div {...rest}>{children}</div>;
}

// While something is on its way, looks every other second what has become of it.
export function LookAgain({ waiting, onLook }) {
  const latest = useRef(onLook);
  latest.current = onLook;
  useEffect(() => {
    if (!waiting) return undefined;
    let left = TIMES;
    const timer = setInterval(() => {
      if (left-- === 0) clearInterval(timer);
      else if (stands()) latest.current?.();
    }, EVERY);
    return () => clearInterval(timer);
  }, [waiting]);
  return null;
}
