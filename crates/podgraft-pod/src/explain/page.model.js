"use strict";
/** What the objects are called, and the operator's own reasons in words. */
const words = JSON.parse(document.getElementById("words").textContent);

/** What the page knows of values, paths and layers, without any element. */
const model = (() => {
  /** Texts that a reader of YAML, old or new, takes for something else when they have no quotes. */
  const AMBIGUOUS = [
    /^(?:|~|null|true|false|yes|no|on|off|y|n)$/i,
    /^[-+]?(?:0x[\da-f_]+|0o[0-7_]+|\.?\d[\d._:]*(?:e[-+]?\d*)?|\.inf|\.nan)$/i,
    /^\d{4}-\d{1,2}-\d{1,2}/,
    /^[[{"'\s]|\s$/,
  ];
  const isAmbiguous = (text) => AMBIGUOUS.some((one) => one.test(text));
  const shown = (value) => (typeof value === "string" && !isAmbiguous(value) ? value : JSON.stringify(value));

  /** The maps whose keys may have dots: a key is one step, and the last. */
  const FREE = /^\.(?:labels|annotations|nodeSelector|matchLabels|limits|requests|overhead|volumeAttributes)$/;
  const STEP = /^\.?[^.[]*(?:\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\])*/;

  function stepsOf(path) {
    const steps = [];
    for (let rest = path; rest;) {
      const step = (steps.length > 0 && FREE.test(steps.at(-1)) ? rest : rest.match(STEP)[0]) || rest;
      steps.push(step);
      rest = rest.slice(step.length);
    }
    return steps;
  }

  /** The blocks of a pod in the order of the page; how many steps of a path a block's title says. */
  const BLOCKS = [
    [/^\.spec\.containers\[/, 2], [/^\.spec\.initContainers\[/, 2], [/^\.spec\.ephemeralContainers\[/, 2],
    [/^\.spec\.volumes\[/, 1, "volumes"], [/^\.spec\./, 1], [/^\.metadata\.labels\./, 2], [/^\.metadata\.annotations\./, 2],
    [/^/, 1],
  ];

  /** Where a field is shown: its block, and its steps below. */
  function placeOf(path, gone) {
    const steps = stepsOf(path);
    if (gone) return { rank: BLOCKS.length, title: "removed", steps };
    const rank = BLOCKS.findIndex(([of]) => of.test(path));
    const [, depth, name] = BLOCKS[rank];
    const below = steps.slice(depth);
    return { rank, title: name || steps.slice(0, depth).join("").slice(1), steps: below.length > 0 ? below : steps };
  }

  /** The steps in two parts: what they have in common with the ones before, and their own. */
  function split(steps, before) {
    let same = 0;
    while (same < steps.length - 1 && steps[same] === before[same]) same += 1;
    const [up, own] = [steps.slice(0, same).join(""), steps.slice(same).join("")];
    return up ? [up.slice(1), own] : ["", own.slice(1)];
  }

  /** Typed fields are many, and one thing to those who look for overlays. */
  const groupOf = (layer) => (layer.startsWith("typed field ") ? "typed fields" : layer);
  /** A layer without its kind, which its number and the story say. */
  const brief = (layer) => layer.replace(/^(?:(?:Cluster)?PodOverlay|typed field) /, "");

  /** The band of the layers that are the object's own, and what their codes start with. */
  const OWN = `the ${words.one}`;
  const LETTER = words.one.slice(0, 1).toUpperCase();
  const BANDS = [
    "base", "defaults of cluster overlays", "defaults of namespace overlays", "defaults of opted-in overlays", OWN,
    "overrides of namespace overlays", "overrides of cluster overlays",
  ];

  /**
   * The layers of all pods, in the order in which they apply. The two patches of an overlay share its number and its
   * hue; no other source has either. The base has no colour: it is what the rest stands out from.
   */
  function groupsOf(object) {
    const groups = new Map();
    const sources = new Map();
    for (const band of BANDS) {
      for (const { name } of object.roles.flatMap((role) => role.layers.filter((layer) => layer.band === band))) {
        const group = groupOf(name);
        if (groups.has(group)) continue;
        const [, source, patch] = group.match(/^(.*) \((defaults|overrides)\)$/s) || [null, group, ""];
        if (band !== "base" && !sources.has(source)) sources.set(source, { isOwn: band === OWN, index: sources.size });
        groups.set(group, { source, patch, number: 0 });
      }
    }
    const numbers = { true: 0, false: 0 };
    for (const one of sources.values()) one.code = `${one.isOwn ? LETTER : ""}${(numbers[one.isOwn] += 1)}`;
    for (const group of groups.values()) {
      const source = sources.get(group.source);
      group.code = source ? `${source.code}${group.patch.slice(0, 1)}` : "";
      group.colour = source ? colour(source.index, sources.size, group.patch === "defaults") : "transparent";
    }
    return groups;
  }

  /** Hues as far from each other as can be, neighbours of another lightness; defaults are paler than overrides. */
  function colour(index, of, isPale) {
    const hue = ((250 + (index * 360) / of) % 360).toFixed(1);
    const [light, dark] = index % 2 === 0 ? [0.5, 0.68] : [0.6, 0.8];
    const step = isPale ? 0.05 : 0;
    const chroma = isPale ? 0.1 : 0.17;
    return `light-dark(oklch(${light + step} ${chroma} ${hue}), oklch(${dark + step} ${chroma} ${hue}))`;
  }

  const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  /** A pod of this role; the only pod of an object has none. */
  const podOf = (role) => (role ? `${role} pod` : "pod");

  return { OWN, LETTER, capital, podOf, shown, placeOf, split, groupOf, brief, groupsOf };
})();
