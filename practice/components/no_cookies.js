/* What stands for "universal-cookie" in our build: cookies are the server's, and out of reach. */
export default class Cookies {
  get() {}
  set() {}
  remove() {}
}
