// Whose device keeps another time than the one that is shown sees nothing of it, and asks for its own.
{
  const { parentElement: place, previousElementSibling: shown } = document.currentScript;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const usual = shown.dataset.usual;
  if (usual && zone && usual !== zone) {
    place.replaceChildren();
    const own = new URL(location.href);
    own.searchParams.set("tz", zone);
    // Where that cannot be had, these are better than none: it is said by which clock they are.
    fetch(own)
      .then((answer) => answer.text())
      .then((text) => new DOMParser().parseFromString(text, "text/html"))
      .then((page) => place.append(page.querySelector(".ahead > div") ?? shown))
      .catch(() => place.append(shown));
  }
}
