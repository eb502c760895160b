// The page's address with some parameters replaced: nothing takes one away, a list gives several.
function addressWith(parameters) {
  const given = new URLSearchParams(location.search);
  for (const [name, values] of Object.entries(parameters)) {
    given.delete(name);
    for (const value of [values].flat()) if (value) given.append(name, value);
  }
  const query = given.toString();
  return location.pathname + (query ? `?${query}` : "");
}

const isHere = (address) => address === location.pathname + location.search;
