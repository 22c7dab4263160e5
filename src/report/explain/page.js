"use strict";
(() => {
  const ROW = 26;
  const CHUNK = 40;
  const WHY = {
    base: "made by the operator", typedField: "a typed field of the test", template: "a template of the test",
    default: "an overlay's default", override: "an overlay's override", eachContainer: "an overlay's patch for each container",
    deleted: "$patch: delete", replaced: "replaced as a whole", retainKeys: "not among $retainKeys", unset: "$unset",
    union: "another member of its one-of group was set", deleteFromPrimitiveList: "$deleteFromPrimitiveList",
    prepended: "$prepend", appended: "$append", reordered: "$setElementOrder",
    followsExporter: "follows the exporter of the final pod",
    followsProcesses: "follows --processes of the workers",
  };
  /** The causes that the layer's name says already. */
  const SAID = new Set(["base", "typedField", "template", "default", "override"]);
  const find = (id) => document.getElementById(id);
  const tests = JSON.parse(find("data").textContent).tests;
  const state = { rows: [], chunks: [], pressed: new Set(), groups: new Map(), chosen: null };

  /** An element with text, never markup. */
  const make = (tag, name, ...inside) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...inside);
    return made;
  };
  /** Texts that would be something else without quotes. */
  const AMBIGUOUS = /^(?:|null|~|true|false|[-+]?[\d.][\d.eE_+-]*|[[{"].*)$/s;
  const shown = (value) => (typeof value === "string" && !AMBIGUOUS.test(value) ? value : JSON.stringify(value));
  /** Typed fields are many, and one thing to those who look for overlays. */
  const groupOf = (layer) => (layer.startsWith("typed field ") ? "typed fields" : layer);
  /** A layer beside a field: its colour and the story say of which kind an overlay is. */
  const brief = (layer) => layer.replace(/^(?:Cluster)?PodOverlay /, "");
  const colourOf = (layer) => (state.groups.get(groupOf(layer)) || { colour: "gray" }).colour;
  const place = (at) => (at ? `${at.file}:${at.line}:${at.column}` : "");

  const BANDS = [
    "base", "defaults of cluster overlays", "defaults of namespace overlays", "defaults of opted-in overlays", "the test",
    "overrides of namespace overlays", "overrides of cluster overlays",
  ];

  /** The layers of both roles, in the order in which they apply. */
  function groups(test) {
    state.groups = new Map();
    for (const band of BANDS) {
      for (const { name } of test.roles.flatMap((role) => role.layers.filter((layer) => layer.band === band))) {
        const group = groupOf(name);
        if (state.groups.has(group)) continue;
        const hue = (250 + state.groups.size * 137.5) % 360;
        const colour = group === "base" ? "light-dark(#b4bcc8, #596273)" : `oklch(0.66 0.16 ${hue})`;
        state.groups.set(group, { colour, number: 0 });
      }
    }
  }

  /** The steps of a path. The keys of free maps may have dots, and are the last steps. */
  function stepsOf(path) {
    const [, head, key] = path.match(/^(.*?\.(?:labels|annotations|nodeSelector|matchLabels|limits|requests))(\..*)$/) || [null, path, ""];
    const steps = head.match(/\.[^.[]*(?:\["[^"]*"\]|\[[^\]]*\])*/g) || [head];
    return key ? [...steps, key] : steps;
  }

  /** A path in two parts: what it has in common with the one before, and its own. */
  function pathOf(path, before) {
    const steps = stepsOf(path);
    const others = stepsOf(before);
    let same = 0;
    while (same < steps.length - 1 && steps[same] === others[same]) same += 1;
    return [steps.slice(0, same).join(""), steps.slice(same).join("") || path];
  }

  function row(role, leaf, gone, before) {
    const [up, own] = pathOf(leaf.path, before);
    const path = make("span", "path", make("span", "up", up), make("span", "own", own));
    const value = make("span", "value", shown(leaf.value).replaceAll("\n", "⏎"));
    const element = make("div", gone ? "row gone" : "row", path, value, make("span", "layer", brief(leaf.layer)));
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    element.setAttribute("aria-label", `${leaf.path}: ${gone ? "removed" : shown(leaf.value)}; ${leaf.layer}`);
    element.tabIndex = -1;
    element.title = leaf.path;
    element.lastChild.title = leaf.layer;
    element.style.setProperty("--colour", colourOf(leaf.layer));
    const group = groupOf(leaf.layer);
    if (state.groups.has(group)) state.groups.get(group).number += 1;
    const text = `${leaf.path} ${shown(leaf.value)} ${leaf.layer}${gone ? " removed" : ""}`.toLowerCase();
    const made = { element, leaf, role, gone, group, text, seen: true, shown: true, index: state.rows.length };
    element.dataset.index = made.index;
    state.rows.push(made);
    return made;
  }

  function pod(role) {
    const title = make("h2", "", `${role.role === "master" ? "Master" : "Worker"} pod`);
    title.id = `title-${role.role}`;
    const list = make("div", "list");
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-labelledby", title.id);
    const none = make("p", "none", "No field is like that.");
    none.hidden = true;
    const made = { role: role.role, list, none, rows: [] };
    let chunk = null;
    let before = "";
    const all = [...role.leaves.map((leaf) => [leaf, false]), ...role.removed.map((leaf) => [leaf, true])];
    all.forEach(([leaf, gone], index) => {
      if (index % CHUNK === 0) {
        chunk = { element: make("div", "chunk"), rows: [], number: -1 };
        chunk.element.setAttribute("role", "presentation");
        list.append(chunk.element);
        state.chunks.push(chunk);
      }
      const one = row(role.role, leaf, gone, before);
      before = leaf.path;
      chunk.element.append(one.element);
      chunk.rows.push(one);
      made.rows.push(one);
    });
    const section = make("section", "pod", title, none, list);
    section.setAttribute("aria-labelledby", title.id);
    made.section = section;
    return made;
  }

  function legend() {
    find("legend").replaceChildren(...[...state.groups].filter(([, group]) => group.number > 0).map(([name, group]) => {
      const swatch = make("span", "swatch");
      swatch.style.setProperty("--colour", group.colour);
      const button = make("button", "", swatch, make("span", "", name), make("span", "number", String(group.number)));
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        const pressed = !state.pressed.delete(name);
        if (pressed) state.pressed.add(name);
        button.setAttribute("aria-pressed", String(pressed));
        filter();
      });
      return button;
    }));
  }

  function filter() {
    const words = find("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const changed = find("changed").checked;
    const role = document.querySelector("input[name=role]:checked")?.value || "";
    const wanted = (one) => (!role || one.role === role)
      && (!changed || one.leaf.layer !== "base")
      && (state.pressed.size === 0 || state.pressed.has(one.group))
      && words.every((word) => one.text.includes(word));
    let total = 0;
    for (const chunk of state.chunks) {
      let number = 0;
      for (const one of chunk.rows) {
        one.seen = wanted(one);
        if (one.seen) number += 1;
      }
      // Rows of a hidden chunk can wait: most inputs hide and show whole chunks.
      for (const one of number > 0 ? chunk.rows : []) {
        if (one.shown === one.seen) continue;
        one.shown = one.seen;
        one.element.hidden = !one.seen;
      }
      if (number !== chunk.number) {
        chunk.number = number;
        chunk.element.hidden = number === 0;
        chunk.element.style.setProperty("--height", `${number * ROW}px`);
      }
      total += number;
    }
    for (const one of state.pods) {
      const number = one.rows.reduce((sum, each) => sum + (each.seen ? 1 : 0), 0);
      one.section.hidden = Boolean(role) && one.role !== role;
      one.none.hidden = number > 0;
      one.list.hidden = number === 0;
      if (!one.active || !one.active.seen) activate(one, one.rows.find((each) => each.seen) || null);
    }
    find("count").textContent = `${total} of ${state.rows.length} fields`;
  }

  /** The one row of a list that the Tab key comes to. */
  function activate(list, one) {
    if (list.active) list.active.element.tabIndex = -1;
    list.active = one;
    if (one) one.element.tabIndex = 0;
  }

  function event(title, setter, value, more) {
    const swatch = make("span", "swatch");
    swatch.style.setProperty("--colour", colourOf(setter.layer));
    const item = make("li", "event", make("h3", "", title));
    item.style.setProperty("--colour", colourOf(setter.layer));
    if (value !== undefined) item.append(make("pre", "", shown(value)));
    item.append(make("p", "who", setter.layer));
    if (!setter.layer.startsWith("typed field ")) item.append(make("p", "hint", WHY[setter.cause] || setter.cause));
    if (setter.position) item.append(make("p", "where", place(setter.position)));
    if (more) item.append(more);
    return item;
  }

  function choose(one) {
    const { leaf, role, gone } = one;
    const path = make("h2", "", leaf.path);
    const of = make("p", "of", `${role} pod${gone ? ", removed" : ""}`);
    const events = make("ol");
    events.append(gone ? event("Removed by", leaf) : event("Is, set by", leaf, leaf.value));
    for (const setter of leaf.agreed) events.append(event("The same from", setter));
    for (const past of [...leaf.shadowed].reverse()) {
      const whole = past.path === leaf.path ? "" : ` (all of ${past.path})`;
      const why = SAID.has(past.by.cause) ? "" : `: ${WHY[past.by.cause] || past.by.cause}`;
      const until = make("p", "hint", `until ${past.by.layer}${why}`);
      events.append(event(`Was${whole}, set by`, past, past.value, until));
    }
    if (!gone && leaf.shadowed.length === 0) events.append(make("li", "hint", "Nothing was there before."));
    find("story").replaceChildren(path, of, events);
    if (state.chosen) state.chosen.element.setAttribute("aria-selected", "false");
    state.chosen = one;
    one.element.setAttribute("aria-selected", "true");
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
    const page = Math.max(1, Math.floor(window.innerHeight / ROW) - 4);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: seen.length - 1, PageDown: at + page, PageUp: at - page }[press.key];
    if (to !== undefined) {
      focus(seen[Math.min(Math.max(to, 0), seen.length - 1)]);
    } else if (press.key === "Enter" || press.key === " ") {
      choose(one);
    } else {
      return;
    }
    press.preventDefault();
  }

  /** The field that a message is about: the place itself, or the first below or above it, in the pod that is meant. */
  function fieldOf({ path, layer, position }) {
    const isOfPod = ({ role }) => Boolean(layer) && (layer.includes(`${role} pod`) || layer.startsWith(`${role}PodTemplate`));
    const likeness = (one) => 2 * isOfPod(one) + (place(one.leaf.position) === place(position));
    const best = (is) => state.rows.filter(is).reduce((best, one) => (best && likeness(best) >= likeness(one) ? best : one), null);
    return best((one) => one.leaf.path === path)
      || best((one) => one.leaf.path.startsWith(path))
      || best((one) => path.startsWith(one.leaf.path));
  }

  function message(said) {
    const first = make("p", "", make("span", `severity ${said.severity}`, `${said.severity}[${said.code}]`), `: ${said.message}`);
    const more = [said.path, said.layer, place(said.position), said.object].filter(Boolean).join(" · ");
    const item = make("li", "", first, make("p", "more", more));
    if (said.help) item.append(make("p", "more", `help: ${said.help}`));
    const one = said.path && fieldOf(said);
    if (one) {
      const button = make("button", "", "Show the field");
      button.type = "button";
      button.setAttribute("aria-label", `Show the field ${one.leaf.path} of the ${one.role} pod`);
      button.addEventListener("click", () => {
        if (!one.seen) reset();
        focus(one);
        choose(one);
      });
      item.append(button);
    }
    return item;
  }

  function reset() {
    find("filter").value = "";
    find("changed").checked = false;
    state.pressed.clear();
    for (const button of find("legend").children) button.setAttribute("aria-pressed", "false");
    document.querySelector("input[name=role]").checked = true;
    filter();
  }

  function roles(test) {
    const choice = (value, text) => {
      const input = make("input");
      Object.assign(input, { type: "radio", name: "role", value, checked: !value });
      return make("label", "", input, text);
    };
    const names = test.roles.map((role) => role.role);
    const all = names.length > 1 ? [choice("", "both"), ...names.map((name) => choice(name, name))] : [choice("", names[0] || "none")];
    find("roles").replaceChildren(find("roles").firstElementChild, ...all);
  }

  const titleOf = (test) => `${test.namespace ? `${test.namespace}/` : ""}${test.name || "a test without a name"}`;

  function open(index) {
    const test = tests[index];
    Object.assign(state, { rows: [], chunks: [], pressed: new Set(), chosen: null, pods: [] });
    if (!test) return;
    groups(test);
    state.pods = test.roles.map(pod);
    find("name").textContent = titleOf(test);
    document.title = `${titleOf(test)}: who set this field?`;
    find("refused").hidden = !test.refused;
    find("pods").replaceChildren(...state.pods.map((one) => one.section));
    find("messages").hidden = test.diagnostics.length === 0;
    find("message-list").replaceChildren(...test.diagnostics.map(message));
    legend();
    roles(test);
    filter();
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

  theme();
  find("choose").hidden = tests.length < 2;
  find("test").append(...tests.map((test, index) => new Option(`${titleOf(test)}${test.refused ? " (refused)" : ""}`, index)));
  find("test").addEventListener("change", (change) => open(Number(change.target.value)));
  find("filter").addEventListener("input", filter);
  find("changed").addEventListener("change", filter);
  find("roles").addEventListener("change", filter);
  find("pods").addEventListener("keydown", key);
  find("pods").addEventListener("click", (click) => {
    const one = rowOf(click.target);
    if (!one) return;
    activate(listOf(one), one);
    choose(one);
  });
  open(0);
})();
