/** A pod as elements: its parts, which fold, and a row for each field. */
const pod = (() => {
  const CHUNK = 40;
  const { shown, placeOf, split, groupOf, brief, capital, podOf } = model;

  function row(role, groups, { leaf, gone, steps }, before) {
    const [up, own] = split(steps, before);
    const name = groupOf(leaf.layer);
    const group = groups.get(name);
    const isBase = leaf.layer === "base";
    const path = make("span", "path", make("span", "up", up), make("span", "own", own));
    const value = make("span", "value", shown(leaf.value).replaceAll("\n", "⏎"));
    const layer = isBase ? make("span", "layer") : make("span", "layer", make("b", "code", group?.code || ""), make("span", "", brief(leaf.layer)));
    const element = make("div", `row${gone ? " gone" : ""}${isBase ? " base" : ""}`, path, value, layer);
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    element.setAttribute("aria-label", `${leaf.path}: ${gone ? "removed" : shown(leaf.value)}; ${leaf.layer}`);
    element.tabIndex = -1;
    element.title = leaf.path;
    layer.title = leaf.layer;
    make.mark(element, group);
    if (group) group.number += 1;
    const text = `${leaf.path} ${shown(leaf.value)} ${leaf.layer}${gone ? " removed" : ""}`.toLowerCase();
    return { element, leaf, role, gone, group: name, text, isBase, seen: true, wanted: true, shown: true };
  }

  /** A part of a pod that folds. At first one without any change is folded. */
  function block(groups, { role, title, fields }) {
    const number = make("span", "number");
    const button = make("button", "fold", make("span", "", title), number);
    button.type = "button";
    const body = make("div", "body");
    // The button that folds it is no option, and stays outside.
    body.setAttribute("role", "listbox");
    body.setAttribute("aria-label", `${title} of the ${podOf(role)}`);
    const element = make("div", "block", button, body);
    const made = { role, element, button, body, chunks: [], rows: [] };
    let before = [];
    fields.forEach((field, index) => {
      if (index % CHUNK === 0) {
        const chunk = { element: make("div", "chunk"), rows: [], number: -1 };
        chunk.element.setAttribute("role", "presentation");
        body.append(chunk.element);
        made.chunks.push(chunk);
      }
      const one = Object.assign(row(role, groups, field, before), { block: made });
      before = field.steps;
      const chunk = made.chunks.at(-1);
      chunk.element.append(one.element);
      chunk.rows.push(one);
      made.rows.push(one);
    });
    const changed = made.rows.filter((one) => !one.isBase).length;
    number.textContent = changed > 0 ? `${changed} of ${made.rows.length} changed` : `${made.rows.length} unchanged`;
    // A search has its own folding, so that its end brings the pod back as it was.
    made.open = { search: true, rest: changed > 0 };
    return made;
  }

  function pod(role, groups) {
    const title = make("h2", "", capital(podOf(role.role)));
    title.id = `title-${role.role || "pod"}`;
    const list = make("div", "list");
    const none = make("p", "none", "No field is like that.");
    none.hidden = true;
    const parts = new Map();
    for (const [leaf, gone] of [...role.leaves.map((leaf) => [leaf, false]), ...role.removed.map((leaf) => [leaf, true])]) {
      const { rank, title, steps } = placeOf(leaf.path, gone);
      const key = `${rank} ${title}`;
      if (!parts.has(key)) parts.set(key, { role: role.role, rank, title, fields: [] });
      parts.get(key).fields.push({ leaf, gone, steps });
    }
    const blocks = [...parts.values()].sort((one, other) => one.rank - other.rank).map((one) => block(groups, one));
    list.append(...blocks.map((one) => one.element));
    const section = make("section", "pod", title, none, list);
    section.setAttribute("aria-labelledby", title.id);
    return { role: role.role, list, none, section, blocks, rows: blocks.flatMap((one) => one.rows) };
  }

  return pod;
})();
