// The page's address with some parameters replaced: nothing takes one away, a list gives several.
function addressWith(parameters, others = location.search) {
  const given = new URLSearchParams(others);
  for (const [name, values] of Object.entries(parameters)) {
    given.delete(name);
    for (const value of [values].flat()) if (value) given.append(name, value);
  }
  const query = given.toString();
  return location.pathname + (query ? `?${query}` : "");
}

// Whatever the order of the parameters, and however blanks are written.
function isHere(address) {
  const [here, there] = [location, new URL(address, location)].map(({ pathname, search }) => {
    const given = new URLSearchParams(search);
    given.sort();
    return `${pathname}?${given}`;
  });
  return here === there;
}
