//! What the page shows before anybody touches it: a quiet pod, a closed legend, one open story; on a phone and on paper.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::{DOWN, ENTER, ESCAPE, browser::Browser, folder, page, page_with, row};

const TOGETHER: &str = "overlays/all-together/test.yaml";
const LEFT: &str = "\u{e012}";

/// A page with many layers, in a window of this size.
fn together(name: &str, width: u32, height: u32) -> Browser {
    let file = page_with(name, "overlays", &[TOGETHER], "");
    let browser = Browser::start(name, width, height);
    browser.screen(width, height);
    browser.open(&file);
    browser
}

/// What the page's data has of each layer, counted without the page's code.
const COUNTED: &str = r"
const counts = {};
for (const role of JSON.parse(document.getElementById('data').textContent).tests[0].roles)
  for (const { layer } of [...role.leaves, ...role.removed]) {
    const name = layer.startsWith('typed field ') ? 'typed fields' : layer;
    counts[name] = (counts[name] || 0) + 1;
  }
return counts;
";

const LEGEND: &str = r"
return [...document.querySelectorAll('#legend button')].map((button) => {
  const swatch = button.querySelector('.swatch');
  return {
    name: button.title, number: Number(button.querySelector('.number').textContent), code: button.querySelector('.code').textContent,
    colour: getComputedStyle(swatch).borderTopColor, isHollow: getComputedStyle(swatch).backgroundColor !== getComputedStyle(swatch).borderTopColor,
  };
});
";

#[test]
fn the_legend_is_closed_and_counts_the_fields_of_each_layer() {
    let browser = together("legend", 1400, 900);
    let is_open = || browser.run("return document.querySelector('#legend').checkVisibility();");
    assert_eq!(is_open(), false);
    let legend = browser.run(LEGEND);
    let legend = legend.as_array().unwrap();
    let counts: Value = legend
        .iter()
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["number"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(counts, browser.run(COUNTED));
    let rows = browser.run("return document.querySelectorAll('.row').length;").as_u64().unwrap();
    let changed = rows - counts["base"].as_u64().unwrap();
    let title = format!("{} layers, {changed} of {rows} fields changed", legend.len());
    assert_eq!(browser.text("#legend-title"), title);
    // It opens, and says what is shown when it is closed again.
    browser.click("#layers summary");
    assert_eq!(is_open(), true);
    browser.click("#legend button[title='podTemplate']");
    browser.click("#layers summary");
    assert_eq!(browser.text("#legend-title"), format!("{title}; only podTemplate"));
    assert!(browser.text("#count").starts_with(&format!("{} of", counts["podTemplate"])));
}

#[test]
fn no_colour_recurs_and_an_overlay_has_one_hue() {
    let browser = together("colours", 1400, 900);
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        let legend = browser.run(LEGEND);
        let layers: Vec<_> = legend.as_array().unwrap().iter().filter(|one| one["name"] != "base").collect();
        for (at, one) in layers.iter().enumerate() {
            for other in &layers[..at] {
                assert_ne!(one["colour"], other["colour"], "{scheme}: {one} {other}");
                assert_ne!(one["code"], other["code"], "{one} {other}");
                let is_same = source(one) == source(other);
                assert_eq!(hue(one) == hue(other), is_same, "{scheme}: {one} {other}");
            }
            // Without colours: a letter, and a hollow mark.
            let is_default = one["name"].as_str().unwrap().ends_with(" (defaults)");
            assert_eq!(one["isHollow"], is_default, "{one}");
            assert_eq!(one["code"].as_str().unwrap().ends_with('d'), is_default, "{one}");
        }
    }
    let code = "return document.querySelector(\".row:not(.base) .layer .code\").textContent;";
    assert_eq!(browser.run(code), "T1");
}

fn source(layer: &Value) -> &str {
    layer["name"].as_str().unwrap().trim_end_matches(" (defaults)").trim_end_matches(" (overrides)")
}

/// The last number of `oklch(lightness chroma hue)`.
fn hue(layer: &Value) -> &str {
    layer["colour"].as_str().unwrap().trim_end_matches(')').rsplit(' ').next().unwrap()
}

const TEXTS: &str = "\
apiVersion: locust.io/v2
kind: LocustTest
metadata: {name: texts}
spec:
  image: registry.example.com/locust:2
  master: {command: ''}
  worker: {command: '', replicas: 1}
  podTemplate:
    metadata:
      annotations: {a.example.com/b.c: 'false', plain: text, d.labels.e/f: '4711'}
    spec:
      shareProcessNamespace: false
      terminationGracePeriodSeconds: 4711
      containers:
        - name: locust
          env:
";

#[test]
fn texts_and_keys_look_like_what_they_are() {
    let texts = [
        ("yes", true),
        ("Off", true),
        ("NULL", true),
        ("", true),
        ("0x1F", true),
        ("1e3", true),
        ("-.5", true),
        (".inf", true),
        ("12:30:00", true),
        ("2026-01-31", true),
        (" x", true),
        ("{a: 1}", true),
        ("\\\"x\\\"", true),
        ("512Mi", false),
        ("yes please", false),
        ("v1.2.3", false),
        ("--flag", false),
    ];
    let mut input = TEXTS.to_owned();
    for (number, (text, _)) in texts.iter().enumerate() {
        writeln!(input, "            - {{name: V{number}, value: \"{text}\"}}").unwrap();
    }
    let file = page("texts", &["-"], &input);
    let browser = Browser::start("texts", 1400, 900);
    browser.open(&file);
    let part = |path: &str, part: &str| {
        let selector = json!(format!("{} {part}", row(path)));
        browser.run(&format!("return document.querySelector({selector}).textContent;"))
    };
    for (number, (text, is_quoted)) in texts.iter().enumerate() {
        let path = format!(".spec.containers[name=\"locust\"].env[name=\"V{number}\"].value");
        let wanted = if *is_quoted { format!("\"{text}\"") } else { (*text).to_owned() };
        assert_eq!(part(&path, ".value"), wanted.as_str());
    }
    assert_eq!(part(".spec.shareProcessNamespace", ".value"), "false");
    assert_eq!(part(".spec.terminationGracePeriodSeconds", ".value"), "4711");
    // A key with dots is one step, in the part for annotations.
    for (key, value) in [("a.example.com/b.c", "\"false\""), ("plain", "text"), ("d.labels.e/f", "\"4711\"")]
    {
        let path = format!(".metadata.annotations.{key}");
        assert_eq!((part(&path, ".own"), part(&path, ".value")), (key.into(), value.into()));
        assert_eq!(part(&path, ".up"), "");
    }
    let story =
        format!("document.querySelector({}).click();", json!(row(".metadata.annotations.a.example.com/b.c")));
    browser.run(&story);
    assert!(browser.text("#story").contains("\"false\""), "{}", browser.text("#story"));
}

#[test]
fn the_first_change_is_told_and_the_rest_is_quiet() {
    let file = page("quiet", &["tests/explain/test.yaml"], "");
    let browser = Browser::start("quiet", 1400, 900);
    browser.open(&file);
    let first = browser.run("return document.querySelector('.row:not(.base)').title;");
    assert_eq!(browser.text("#story h2"), first.as_str().unwrap());
    assert!(browser.text("#story").contains("set by") || browser.text("#story").contains("SET BY"));
    assert_eq!(browser.run("return document.querySelector('[aria-selected=true]').title;"), first);
    assert_eq!(browser.run("return document.querySelector('.row[tabindex=\"0\"]').title;"), first);
    // The specification comes first, and what nobody changed is folded.
    let parts = browser.run("return [...document.querySelectorAll('#pods section:first-child .fold')].map((one) => [one.firstChild.textContent, one.ariaExpanded]);");
    let parts: Vec<_> = parts
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one[0].as_str().unwrap(), one[1].as_str().unwrap()))
        .collect();
    let wanted = [
        "spec.containers[name=\"locust\"] true",
        "spec true",
        "metadata.labels false",
        "metadata.annotations false",
        "removed true",
    ];
    assert_eq!(parts, wanted);
    // By mouse, and by keyboard: to the left folds, Enter unfolds.
    let is_seen = |path: &str| {
        browser.run(&format!("return document.querySelector({}).checkVisibility();", json!(row(path))))
    };
    let image = ".spec.containers[name=\"locust\"].image";
    browser.click(".fold");
    assert_eq!(is_seen(image), false);
    browser.click(".fold");
    assert_eq!(is_seen(image), true);
    browser.click(&row(image));
    browser.run("document.querySelector('.row[aria-selected=true]').focus();");
    browser.press(&[LEFT]);
    assert_eq!(is_seen(image), false);
    browser.press(&[ENTER]);
    assert_eq!(is_seen(image), true);
    // What is looked for is shown, and folded again at the end.
    let label = ".metadata.labels.managed-by";
    assert_eq!(is_seen(label), false);
    let type_in = |text: &str| {
        browser.run(&format!(
            "const f = document.getElementById('filter'); f.value = {}; f.dispatchEvent(new Event('input'));",
            json!(text)
        ));
    };
    type_in("managed-by");
    assert_eq!(is_seen(label), true);
    type_in("");
    assert_eq!(is_seen(label), false);
    browser.run("document.querySelector('.row[tabindex=\"0\"]').focus();");
    browser.press(&[DOWN]);
    assert_eq!(browser.run("return document.activeElement.className.includes('row');"), true);
}

#[test]
fn a_phone_shows_the_pod_at_once() {
    let browser = together("phone", 420, 850);
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.picture(&folder().join(format!("phone-{scheme}.png")));
        let place = browser.run("const rows = [...document.querySelectorAll('.row')]; const sheet = document.querySelector('aside').getBoundingClientRect(); return [rows[0].getBoundingClientRect().top, rows.filter((one) => one.getBoundingClientRect().bottom <= sheet.top).length, sheet.bottom];");
        assert!(place[0].as_f64().unwrap() < 850.0 / 2.0, "the first line is in the upper half: {place}");
        assert!(place[1].as_u64().unwrap() >= 6, "lines above the story: {place}");
        assert!(place[2].as_f64().unwrap() <= 850.0, "the story is in the window: {place}");
        let wide = browser
            .run("return document.documentElement.scrollWidth - document.documentElement.clientWidth;");
        assert_eq!(wide, 0, "nothing sticks out");
        let least = browser.run(crate::CONTRAST);
        assert!(least.as_f64().unwrap() >= 4.5, "{scheme}: {least}");
    }
    // The whole value is there without the layer's name, whose code is.
    let code = "const one = document.querySelector('.row:not(.base) .code'); return one.checkVisibility() && one.textContent;";
    assert_eq!(browser.run(code), "T1");
    // The story makes room, and comes back with the next field.
    let is_seen = "return document.querySelector('aside').checkVisibility();";
    browser.click("#close");
    assert_eq!(browser.run(is_seen), false);
    assert_eq!(browser.run("return document.activeElement.className.includes('row');"), true);
    browser.press(&[ENTER]);
    assert_eq!(browser.run(is_seen), true);
    browser.press(&[ESCAPE]);
    assert_eq!(browser.run(is_seen), false);
    browser.press(&[ENTER]);
    browser.screen(1400, 900);
    assert_eq!(browser.run("return document.getElementById('close').checkVisibility();"), false);
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.picture(&folder().join(format!("laptop-{scheme}.png")));
        let top = browser.run("return document.querySelector('.row').getBoundingClientRect().top;");
        assert!(top.as_f64().unwrap() < 300.0, "{top}");
    }
}

#[test]
fn paper_has_every_field_and_no_controls() {
    let file = page("paper", &["tests/explain/test.yaml"], "");
    let browser = Browser::start("paper", 1400, 900);
    browser.open(&file);
    let hidden =
        "return [...document.querySelectorAll('.row')].filter((one) => !one.checkVisibility()).length;";
    assert_ne!(browser.run(hidden), 0);
    browser.print_media(true);
    browser.run("dispatchEvent(new Event('beforeprint'));");
    assert_eq!(browser.run(hidden), 0);
    let seen = |selector: &str| {
        browser.run(&format!("return document.querySelector({}).checkVisibility();", json!(selector)))
    };
    assert_eq!(
        [".controls", "#theme", "#legend", "#story", "#message-list"].map(seen),
        [false, false, true, true, true].map(Value::from)
    );
    assert_eq!(browser.run("return getComputedStyle(document.querySelector('aside')).position;"), "static");
    browser.picture(&folder().join("paper.png"));
    browser.print_media(false);
    browser.run("dispatchEvent(new Event('afterprint'));");
    assert_ne!(browser.run(hidden), 0);
    assert_eq!([".controls", "#legend", "#message-list"].map(seen), [true, false, false].map(Value::from));
}
