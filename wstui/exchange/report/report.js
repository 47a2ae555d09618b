"use strict";
// Shows the events of this file. Everything that a peer said goes in through textContent, never as markup.
(() => {
  const CHUNK = 100, ROW_PX = 27, PRINTED = 300, PREVIEW = 400;
  const ID = 0, AT = 1, DIRECTION = 2, KIND = 3, SIZE = 4, TEXT = 5, BASE64 = 6, WORDS = 7, DETAIL = 8, NOTES = 9, CUT = 10, MARKS = 11;
  const DIRECTIONS = ["sent", "received", "local"], ARROWS = ["→", "←", "·"];
  const kinds = JSON.parse(document.getElementById("kinds").textContent);
  const events = [];
  for (const block of document.querySelectorAll("script.events")) {
    for (const row of JSON.parse(block.textContent)) events.push(row);
    block.remove();
  }
  const list = document.getElementById("list"), search = document.getElementById("search");
  const count = document.getElementById("count");
  const state = { directions: new Set(["sent", "received"]), groups: new Set(["messages"]), matches: null };
  let visible = [], chunks = [];

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const group = (row) => {
    const kind = kinds[row[KIND]];
    if (kind === "text" || kind === "binary") return "messages";
    return kind === "ping" || kind === "pong" ? "heartbeat" : "others";
  };
  const taken = (row) =>
    state.groups.has(group(row)) && (row[DIRECTION] === 2 || state.directions.has(DIRECTIONS[row[DIRECTION]]));
  const preview = (row) => (row[TEXT] !== null ? row[TEXT] : row[WORDS]);
  const EMPTY = "(empty)";
  const seconds = (row) => (row[AT] < 0 ? "" : "+") + (row[AT] / 1000).toFixed(3);
  const size = (bytes) => {
    if (bytes < 1000) return bytes + " B";
    let value = bytes, unit = -1;
    while (value >= 999.5 && unit < 3) { value /= 1000; unit += 1; }
    return value.toFixed(value < 9.95 ? 1 : 0) + " " + ["kB", "MB", "GB", "TB"][unit];
  };

  // C0, C1 and bidirectional controls are shown, never obeyed.
  const SHOWN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\t\n]/g;
  const escapeOne = (sign) => {
    const code = sign.charCodeAt(0);
    if (code < 32) return String.fromCharCode(0x2400 + code);
    return code === 127 ? "\u2421" : "\\u" + code.toString(16).padStart(4, "0");
  };
  const safe = (text) => text.replace(SHOWN, escapeOne);
  const safeLines = (text) => text.replace(SHOWN, (sign) => (sign === "\n" || sign === "\t" ? sign : escapeOne(sign)));

  // ---- one row ----

  function makeRow(row) {
    const made = element("details", "row " + DIRECTIONS[row[DIRECTION]]);
    made.dataset.id = row[ID];
    const line = element("summary");
    line.append(
      element("span", "id", row[ID]), element("span", "at", seconds(row)),
      element("span", "arrow", ARROWS[row[DIRECTION]]),
      element("span", "size", group(row) === "messages" ? size(row[SIZE]) : ""), makePreview(row));
    made.append(line);
    made.addEventListener("toggle", () => {
      if (made.open && made.childElementCount === 1) made.append(makeBody(row));
    });
    return made;
  }

  function makePreview(row) {
    const made = element("span", "preview" + (row[NOTES] ? " marked" : ""));
    const kind = kinds[row[KIND]];
    if (row[NOTES]) made.append(element("span", "tag", "✎"));
    for (const mark of row[MARKS] || []) made.append(element("span", "tag dialect", safe(mark)));
    if (kind === "binary") made.append(element("span", "tag", "binary"));
    const text = preview(row), shown = safe(text.slice(0, PREVIEW));
    const found = state.matches && state.matches(shown);
    if (found) {
      made.append(shown.slice(0, found[0]), element("mark", "", shown.slice(found[0], found[1])), shown.slice(found[1]));
    } else {
      made.append(element("span", shown ? "" : "tag", shown || EMPTY));
    }
    return made;
  }

  function makeBody(row) {
    const body = element("div", "body");
    for (const note of row[NOTES] || []) body.append(element("div", "noted", safeLines(note)));
    if (row[BASE64] !== null) body.append(element("div", "hex", hexDump(row[BASE64])));
    else if (row[TEXT] !== null) body.append(makeText(row[TEXT]));
    else body.append(element("div", "", row[WORDS]));
    if (row[DETAIL]) body.append(makeJson(row[DETAIL]));
    if (row[CUT]) body.append(element("p", "quiet", row[CUT]));
    return body;
  }

  function makeText(text) {
    const first = text.trimStart()[0];
    if (first === "{" || first === "[") {
      try {
        return makeJson(JSON.parse(text, keepNumber));
      } catch (error) { /* not JSON, or too deep to be shown as such */ }
    }
    return element("div", "", text === "" ? EMPTY : safeLines(text));
  }

  function hexDump(base64) {
    const bytes = atob(base64), lines = [];
    for (let start = 0; start < bytes.length; start += 16) {
      let hex = "", letters = "";
      for (const sign of bytes.slice(start, start + 16)) {
        const code = sign.charCodeAt(0);
        hex += code.toString(16).padStart(2, "0") + " ";
        letters += code > 31 && code < 127 ? sign : ".";
      }
      lines.push(start.toString(16).padStart(6, "0") + "  " + hex.padEnd(48) + " " + letters);
    }
    return lines.join("\n");
  }

  // ---- JSON that folds; numbers keep their spelling where the browser tells it ----

  class Exact { constructor(text) { this.text = text; } }
  function keepNumber(key, value, context) {
    return typeof value === "number" && context && context.source ? new Exact(context.source) : value;
  }

  function makeJson(value) {
    const made = element("div", "json");
    made.append(makeNode(null, value, 0));
    return made;
  }

  function makeNode(key, value, depth) {
    if (value === null || typeof value !== "object" || value instanceof Exact) return makeLeaf(key, value);
    const isList = Array.isArray(value), names = isList ? null : Object.keys(value);
    const length = isList ? value.length : names.length;
    if (!length) return makeLeaf(key, isList ? "[]" : "{}", true);
    const node = element("details"), head = element("summary");
    appendKey(head, key);
    head.append(element("span", "few", isList ? "[ " + length + " ]" : "{ " + length + " }"));
    node.append(head);
    const fill = (from) => {
      const until = Math.min(from + 200, length);
      for (let i = from; i < until; i += 1) {
        node.append(isList ? makeNode(i, value[i], depth + 1) : makeNode(names[i], value[names[i]], depth + 1));
      }
      if (until < length) {
        const more = element("button", "", (length - until) + " more");
        more.type = "button";
        more.addEventListener("click", () => { more.remove(); fill(until); });
        node.append(more);
      }
    };
    const open = () => { if (node.open && node.childElementCount === 1) fill(0); };
    node.addEventListener("toggle", open);
    if (depth < 2 || length < 2) { if (depth < 6) { node.open = true; open(); } }
    return node;
  }

  function makeLeaf(key, value, isRaw) {
    const leaf = element("div", "leaf");
    appendKey(leaf, key);
    if (isRaw) leaf.append(value);
    else if (value instanceof Exact) leaf.append(element("span", "n", value.text));
    else if (typeof value === "string") leaf.append(element("span", "s", '"' + safeLines(value) + '"'));
    else leaf.append(element("span", typeof value === "number" ? "n" : "b", String(value)));
    return leaf;
  }

  function appendKey(target, key) {
    if (key !== null) target.append(element("span", "k", safe(String(key))), ": ");
  }

  // ---- the list: chunks of rows, filled when they come near ----

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) fill(entry.target);
  }, { rootMargin: "1500px" });

  function fill(chunk) {
    if (chunk.childElementCount) return;
    const from = Number(chunk.dataset.from), rows = document.createDocumentFragment();
    for (const index of visible.slice(from, from + CHUNK)) rows.append(makeRow(events[index]));
    chunk.append(rows);
    chunk.style.height = "";
  }

  function show() {
    watcher.disconnect();
    visible = [];
    for (let index = 0; index < events.length; index += 1) {
      const row = events[index];
      if (taken(row) && (!state.matches || state.matches(preview(row)))) visible.push(index);
    }
    chunks = [];
    const made = document.createDocumentFragment();
    for (let from = 0; from < visible.length; from += CHUNK) {
      const chunk = element("div", "chunk"), height = Math.min(CHUNK, visible.length - from) * ROW_PX + "px";
      chunk.dataset.from = from;
      chunk.style.height = height;
      chunk.style.containIntrinsicSize = "auto " + height;
      chunks.push(chunk);
      made.append(chunk);
    }
    list.replaceChildren(made);
    if (chunks.length) fill(chunks[0]);
    chunks.forEach((chunk) => watcher.observe(chunk));
    count.textContent = visible.length.toLocaleString("en") + " of " + events.length.toLocaleString("en") + " events";
  }

  function jump(id) {
    let low = 0, high = events.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (events[middle][ID] < id) low = middle + 1; else high = middle;
    }
    if (!events.length || events[low][ID] !== id) return false;
    if (visible.indexOf(low) < 0) {
      search.value = "";
      state.matches = null;
      state.groups.add(group(events[low]));
      DIRECTIONS.forEach((name) => state.directions.add(name));
      paintChips();
      show();
    }
    const position = visible.indexOf(low), chunk = chunks[Math.floor(position / CHUNK)];
    fill(chunk);
    const row = chunk.children[position % CHUNK];
    row.open = true;
    row.scrollIntoView({ block: "center" });
    row.firstElementChild.focus();
    return true;
  }

  // ---- tools ----

  function matcher(text) {
    if (!text) return null;
    const pattern = /^\/(.+)\/$/.exec(text);
    if (pattern) {
      const expression = new RegExp(pattern[1], "i");
      return (payload) => {
        const found = expression.exec(payload);
        return found && [found.index, found.index + found[0].length];
      };
    }
    const wanted = text.toLowerCase();
    return (payload) => {
      const at = payload.toLowerCase().indexOf(wanted);
      return at < 0 ? null : [at, at + wanted.length];
    };
  }

  function look() {
    try {
      state.matches = matcher(search.value);
      search.classList.remove("wrong");
    } catch (error) {
      search.classList.add("wrong");
      return;
    }
    show();
  }

  const chips = document.querySelectorAll(".chips button");
  const paintChips = () => chips.forEach((chip) => {
    const on = chip.dataset.group ? state.groups.has(chip.dataset.group) : state.directions.has(chip.dataset.direction);
    chip.setAttribute("aria-pressed", String(on));
  });
  chips.forEach((chip) => chip.addEventListener("click", () => {
    const set = chip.dataset.group ? state.groups : state.directions;
    const name = chip.dataset.group || chip.dataset.direction;
    if (!set.delete(name)) set.add(name);
    paintChips();
    show();
  }));
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-event]");
    if (link && jump(Number(link.dataset.event))) event.preventDefault();
  });
  window.addEventListener("beforeprint", () => {
    chunks.slice(0, PRINTED / CHUNK).forEach(fill);
    chunks.slice(PRINTED / CHUNK).forEach((chunk) => { chunk.hidden = true; });
    const printed = document.getElementById("printed");
    printed.hidden = visible.length <= PRINTED;
    printed.textContent = "The first " + PRINTED + " are printed.";
  });
  window.addEventListener("afterprint", () => {
    chunks.forEach((chunk) => { chunk.hidden = false; });
    document.getElementById("printed").hidden = true;
  });
  document.getElementById("tools").hidden = false;
  show();
})();
