/** The story of one field, as elements. */
const { make, where, story } = (() => {
  const WHY = {
    base: "made by the operator", typedField: `a typed field of ${model.OWN}`, template: `a template of ${model.OWN}`,
    default: "an overlay's default", override: "an overlay's override", eachContainer: "an overlay's patch for each container",
    deleted: "$patch: delete", replaced: "replaced as a whole", retainKeys: "not among $retainKeys", unset: "$unset",
    union: "another member of its one-of group was set", deleteFromPrimitiveList: "$deleteFromPrimitiveList",
    prepended: "$prepend", appended: "$append", reordered: "$setElementOrder",
    ...words.reasons,
  };
  /** The causes that the layer's name says already. */
  const SAID = new Set(["base", "typedField", "template", "default", "override"]);

  /** An element with text, never markup. */
  const make = (tag, name, ...inside) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...inside);
    return made;
  };
  const where = (at) => (at ? `${at.file}:${at.line}:${at.column}` : "");

  function event(title, setter, groups, value, more) {
    const item = make("li", "event", make("h3", "", title));
    mark(item, groups.get(model.groupOf(setter.layer)));
    if (value !== undefined) item.append(make("pre", "", model.shown(value)));
    item.append(make("p", "who", setter.layer));
    if (!setter.layer.startsWith("typed field ")) item.append(make("p", "hint", WHY[setter.cause] || setter.cause));
    if (setter.position) item.append(make("p", "where", where(setter.position)));
    if (more) item.append(more);
    return item;
  }

  /** The mark of a layer: its colour, and hollow for defaults. */
  function mark(element, group) {
    element.style.setProperty("--colour", group ? group.colour : "transparent");
    if (group?.patch === "defaults") element.classList.add("default");
  }

  function story({ leaf, role, gone }, groups) {
    const path = make("h2", "", leaf.path);
    const of = make("p", "of", `${model.podOf(role)}${gone ? ", removed" : ""}`);
    const events = make("ol");
    events.append(gone ? event("Removed by", leaf, groups) : event("Is, set by", leaf, groups, leaf.value));
    for (const setter of leaf.agreed) events.append(event("The same from", setter, groups));
    for (const past of [...leaf.shadowed].reverse()) {
      const whole = past.path === leaf.path ? "" : ` (all of ${past.path})`;
      const why = SAID.has(past.by.cause) ? "" : `: ${WHY[past.by.cause] || past.by.cause}`;
      const until = make("p", "hint", `until ${past.by.layer}${why}`);
      events.append(event(`Was${whole}, set by`, past, groups, past.value, until));
    }
    if (!gone && leaf.shadowed.length === 0) events.append(make("li", "hint", "Nothing was there before."));
    return [path, of, events];
  }

  return { make: Object.assign(make, { mark }), where, story };
})();
