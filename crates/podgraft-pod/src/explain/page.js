(() => {
  const { brief, podOf } = model;
  const HINT = "Choose a field to read who set it, and what it replaced. With the keyboard: arrow keys, then Enter or Space.";
  const find = (id) => document.getElementById(id);
  const objects = JSON.parse(find("data").textContent)[words.many];
  const state = { rows: [], blocks: [], pods: [], pressed: new Set(), groups: new Map(), chosen: null, search: false };

  const isOpen = (block) => block.open[state.search ? "search" : "rest"];

  function fold(block, open) {
    block.open[state.search ? "search" : "rest"] = open;
    filter();
  }

  function legend() {
    const used = [...state.groups].filter(([, group]) => group.number > 0);
    find("legend").replaceChildren(...used.map(([name, group]) => {
      const swatch = make("span", "swatch");
      make.mark(swatch, group);
      const button = make("button", "", swatch, make("b", "code", group.code), make("span", "", brief(name)), make("span", "number", String(group.number)));
      button.type = "button";
      button.title = name;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        const pressed = !state.pressed.delete(name);
        if (pressed) state.pressed.add(name);
        button.setAttribute("aria-pressed", String(pressed));
        search();
      });
      return button;
    }));
  }

  /** The legend in one line, for when it is closed. */
  function legendTitle() {
    const used = [...state.groups.values()].filter((group) => group.number > 0);
    const all = used.reduce((sum, group) => sum + group.number, 0);
    const base = state.groups.get("base")?.number || 0;
    const only = state.pressed.size > 0 ? `; only ${[...state.pressed].map(brief).join(", ")}` : "";
    find("legend-title").textContent = `${used.length} layers, ${all - base} of ${all} fields changed${only}`;
  }

  /** What is looked for is new: every part that has something of it shows it. */
  function search() {
    for (const one of state.blocks) one.open.search = true;
    filter();
  }

  function filter() {
    const words = find("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const changed = find("changed").checked;
    const role = document.querySelector("input[name=role]:checked")?.value || "";
    state.search = words.length > 0 || changed || state.pressed.size > 0;
    const wanted = (one) => (!role || one.role === role)
      && (!changed || !one.isBase)
      && (state.pressed.size === 0 || state.pressed.has(one.group))
      && words.every((word) => one.text.includes(word));
    const total = state.blocks.reduce((sum, block) => sum + filterBlock(block, wanted), 0);
    for (const one of state.pods) {
      const isAny = one.rows.some((each) => each.wanted);
      one.section.hidden = Boolean(role) && one.role !== role;
      one.none.hidden = isAny;
      one.list.hidden = !isAny;
      if (!one.active || !one.active.seen) activate(one, one.rows.find((each) => each.seen) || null);
    }
    find("count").textContent = `${total} of ${state.rows.length} fields`;
    legendTitle();
  }

  function filterBlock(block, wanted) {
    const open = isOpen(block);
    let total = 0;
    for (const chunk of block.chunks) {
      let number = 0;
      for (const one of chunk.rows) {
        one.wanted = wanted(one);
        one.seen = one.wanted && open;
        if (one.wanted) number += 1;
      }
      // Rows of a hidden chunk can wait: most inputs hide and show whole chunks.
      for (const one of number > 0 ? chunk.rows : []) {
        if (one.shown === one.wanted) continue;
        one.shown = one.wanted;
        one.element.hidden = !one.wanted;
      }
      if (number !== chunk.number) {
        chunk.number = number;
        chunk.element.hidden = number === 0;
        chunk.element.style.setProperty("--rows", number);
      }
      total += number;
    }
    block.element.hidden = total === 0;
    block.body.hidden = !open;
    block.button.setAttribute("aria-expanded", String(open));
    return total;
  }

  /** The one row of a list that the Tab key comes to. */
  function activate(list, one) {
    if (list.active) list.active.element.tabIndex = -1;
    list.active = one;
    if (one) one.element.tabIndex = 0;
  }

  function choose(one) {
    find("story").parentElement.hidden = false;
    find("story").replaceChildren(...story(one, state.groups));
    find("story").parentElement.scrollTop = 0;
    if (state.chosen) state.chosen.element.setAttribute("aria-selected", "false");
    state.chosen = one;
    one.element.setAttribute("aria-selected", "true");
  }

  /** On a narrow window the story lies over the pod. */
  function close() {
    find("story").parentElement.hidden = true;
    const one = state.chosen;
    if (!one) return;
    one.element.setAttribute("aria-selected", "false");
    state.chosen = null;
    if (one.seen) focus(one);
  }

  const listOf = (one) => state.pods.find((pod) => pod.role === one.role);
  const rowOf = (target) => {
    const element = target.closest(".row");
    return element ? state.rows[Number(element.dataset.index)] : null;
  };

  function focus(one) {
    activate(listOf(one), one);
    one.element.scrollIntoView({ block: "nearest" });
    one.element.focus({ preventScroll: true });
  }

  function key(press) {
    const one = rowOf(press.target);
    if (!one || press.ctrlKey || press.metaKey || press.altKey) return;
    const seen = listOf(one).rows.filter((each) => each.seen);
    const at = seen.indexOf(one);
    const page = Math.max(1, Math.floor(window.innerHeight / one.element.offsetHeight) - 4);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: seen.length - 1, PageDown: at + page, PageUp: at - page }[press.key];
    if (to !== undefined) {
      focus(seen[Math.min(Math.max(to, 0), seen.length - 1)]);
    } else if (press.key === "ArrowLeft") {
      fold(one.block, false);
      one.block.button.focus();
    } else if (press.key === "Enter" || press.key === " ") {
      choose(one);
    } else {
      return;
    }
    press.preventDefault();
  }

  /** The field that a message is about: the place itself, or the first below or above it, in the pod that is meant. */
  function fieldOf({ path, layer, position }) {
    const isOfPod = ({ role }) => Boolean(layer && role) && (layer.includes(podOf(role)) || layer.startsWith(`${role}PodTemplate`));
    const likeness = (one) => 2 * isOfPod(one) + (where(one.leaf.position) === where(position));
    const best = (is) => state.rows.filter(is).reduce((best, one) => (best && likeness(best) >= likeness(one) ? best : one), null);
    return best((one) => one.leaf.path === path)
      || best((one) => one.leaf.path.startsWith(path))
      || best((one) => path.startsWith(one.leaf.path));
  }

  function message(said) {
    const first = make("p", "", make("span", `severity ${said.severity}`, `${said.severity}[${said.code}]`), `: ${said.message}`);
    const more = [said.path, said.layer, where(said.position), said.object].filter(Boolean).join(" · ");
    const item = make("li", "", first, make("p", "more", more));
    if (said.help) item.append(make("p", "more", `help: ${said.help}`));
    const one = said.path && fieldOf(said);
    if (one) {
      const button = make("button", "", "Show the field");
      button.type = "button";
      button.setAttribute("aria-label", `Show the field ${one.leaf.path} of the ${podOf(one.role)}`);
      button.addEventListener("click", () => {
        if (!one.wanted) reset();
        if (!one.seen) fold(one.block, true);
        focus(one);
        choose(one);
      });
      item.append(button);
    }
    return item;
  }

  /** Errors are read first; other messages are one line until somebody wants them. */
  function messages(object) {
    const count = (severity) => {
      const number = object.diagnostics.filter((one) => one.severity === severity).length;
      return number > 0 ? [`${number} ${severity}${number > 1 ? "s" : ""}`] : [];
    };
    find("messages").hidden = object.diagnostics.length === 0;
    find("messages").firstElementChild.open = object.refused;
    find("message-count").textContent = ["error", "warning", "note"].flatMap(count).join(", ");
    find("message-list").replaceChildren(...object.diagnostics.map(message));
  }

  function reset() {
    find("filter").value = "";
    find("changed").checked = false;
    state.pressed.clear();
    for (const button of find("legend").children) button.setAttribute("aria-pressed", "false");
    document.querySelector("input[name=role]").checked = true;
    filter();
  }

  function roles(object) {
    const choice = (value, text) => {
      const input = make("input");
      Object.assign(input, { type: "radio", name: "role", value, checked: !value });
      return make("label", "", input, text);
    };
    const names = object.roles.map((role) => role.role);
    const all = names.length > 1 ? [choice("", names.length > 2 ? "all" : "both"), ...names.map((name) => choice(name, name))] : [choice("", names[0] || "none")];
    find("roles").hidden = names.length === 1 && !names[0];
    find("roles").replaceChildren(find("roles").firstElementChild, ...all);
  }

  const titleOf = (object) => `${object.namespace ? `${object.namespace}/` : ""}${object.name || `${words.one} without a name`}`;

  function open(index) {
    const object = objects[index];
    Object.assign(state, { rows: [], blocks: [], pods: [], pressed: new Set(), chosen: null });
    find("story").replaceChildren(make("p", "hint", HINT));
    if (!object) return;
    state.groups = model.groupsOf(object);
    state.pods = object.roles.map((role) => pod(role, state.groups));
    state.blocks = state.pods.flatMap((one) => one.blocks);
    state.rows = state.pods.flatMap((one) => one.rows);
    for (const block of state.blocks) block.button.addEventListener("click", () => fold(block, !isOpen(block)));
    state.rows.forEach((one, index) => { one.element.dataset.index = index; });
    find("name").textContent = titleOf(object);
    document.title = `${titleOf(object)}: who set this field?`;
    find("refused").hidden = !object.refused;
    find("pods").replaceChildren(...state.pods.map((one) => one.section));
    messages(object);
    legend();
    roles(object);
    filter();
    const first = state.pods.flatMap((one) => one.rows).find((one) => !one.isBase);
    if (!first) return;
    activate(listOf(first), first);
    choose(first);
  }

  function theme() {
    const order = ["system", "light", "dark"];
    const set = (name) => {
      if (name === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = name;
      find("theme").textContent = `Theme: ${name}`;
    };
    let now = "system";
    // A file that is opened from a folder may have no storage.
    try { now = localStorage.getItem("podgraft-theme") || now; } catch { now = "system"; }
    set(order.includes(now) ? now : "system");
    find("theme").addEventListener("click", () => {
      now = order[(order.indexOf(now) + 1) % order.length];
      set(now);
      try { localStorage.setItem("podgraft-theme", now); } catch { /* for this time only */ }
    });
  }

  /** Paper folds nothing. */
  function print() {
    const closed = () => [...document.querySelectorAll("details:not([open])")];
    let before = [];
    addEventListener("beforeprint", () => {
      before = closed();
      for (const one of before) one.open = true;
      for (const block of state.blocks) block.body.hidden = false;
    });
    addEventListener("afterprint", () => {
      for (const one of before) one.open = false;
      for (const block of state.blocks) block.body.hidden = !isOpen(block);
    });
  }

  theme();
  print();
  find("noun").textContent = model.capital(words.one);
  find("own").textContent = `${model.LETTER} is ${model.OWN}.`;
  find("choose").hidden = objects.length < 2;
  find("object").append(...objects.map((object, index) => new Option(`${titleOf(object)}${object.refused ? " (refused)" : ""}`, index)));
  find("object").addEventListener("change", (change) => open(Number(change.target.value)));
  find("filter").addEventListener("input", search);
  find("changed").addEventListener("change", search);
  find("roles").addEventListener("change", filter);
  find("pods").addEventListener("keydown", key);
  find("close").addEventListener("click", close);
  addEventListener("keydown", (press) => {
    if (press.key === "Escape" && find("close").checkVisibility()) close();
  });
  find("pods").addEventListener("click", (click) => {
    const one = rowOf(click.target);
    if (!one) return;
    activate(listOf(one), one);
    choose(one);
  });
  open(0);
})();
