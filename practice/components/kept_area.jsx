// A text area that keeps what is written in it: after a pause, when it is left, when it is sent.
import { useEffect, useRef, useState } from "react";

const PAUSE = 800;

export function KeptArea(props) {
  const { found, kept, dropped, words, onFind, onKeep, ...rest } = props;
  const area = useRef(null);
  const timer = useRef(0);
  const written = useRef(rest.defaultValue ?? "");
  const sent = useRef(written.current);
  // What the server has said it has.
  const known = useRef(written.current);
  const touched = useRef(false);
  const before = useRef(dropped);
  const [fresh, setFresh] = useState(false);
  const [ever, setEver] = useState(false);

  const put = (text) => {
    area.current.value = text;
    written.current = sent.current = known.current = text;
  };

  const keep = () => {
    clearTimeout(timer.current);
    if (written.current === known.current) return;
    sent.current = written.current;
    onKeep?.(written.current);
  };
  // The listeners below outlive a drawing and must keep what is there now.
  const latest = useRef(keep);
  latest.current = keep;

  const note = () => {
    touched.current = true;
    written.current = area.current.value;
    setFresh(written.current === known.current);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current(), PAUSE);
  };

  useEffect(() => {
    onFind?.();
    // Somebody was quicker than this script.
    if (area.current.value !== written.current) note();
    const flush = () => latest.current();
    const form = area.current.form;
    // Before the form itself is sent: what is dropped then must not be kept again afterwards.
    form?.addEventListener("submit", flush);
    return () => {
      form?.removeEventListener("submit", flush);
      flush();
    };
  }, []);

  // Whoever has begun to write is not interrupted by what was there before.
  useEffect(() => {
    if (!found || touched.current) return;
    put(found);
    setEver(true);
    setFresh(true);
  }, [found]);

  useEffect(() => {
    if (!kept) return;
    known.current = sent.current;
    setEver(true);
    setFresh(written.current === known.current);
  }, [kept]);

  // Sent or given up. A fall is something else: the page was loaded anew.
  useEffect(() => {
    if (dropped > (before.current ?? 0)) {
      clearTimeout(timer.current);
      put("");
      touched.current = false;
      setEver(false);
    }
    before.current = dropped;
  }, [dropped]);


  // Said once to those who listen; for those who look it goes while there is something newer.
  return (
    <>
      <textarea {...rest} ref={area} onInput={note} onBlur={keep} />
      <p role="status" className="entry-kept" data-fresh={fresh}>
        {ever ? words : ""}
      </p>
    </>
  );
}
