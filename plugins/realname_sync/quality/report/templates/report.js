// Everything here is a convenience: without it the page shows both languages, every row, and follows the system's theme.
(function () {
  "use strict";
  var root = document.documentElement;

  function remembered(name) { try { return localStorage.getItem("realname." + name); } catch (_) { return null; } }
  function remember(name, value) { try { localStorage.setItem("realname." + name, value); } catch (_) { /* not here */ } }
  function elsewhere(name) { try { return localStorage.getItem(name); } catch (_) { return null; } }

  // --- language and theme -------------------------------------------------------------------------------------------
  function setLanguage(value) {
    root.dataset.lang = value;
    root.lang = value === "en" ? "en" : "zh-CN";
    press("lang", value);
  }
  function setTheme(value) {
    if (value === "auto") delete root.dataset.theme; else root.dataset.theme = value;
    press("theme", value);
  }
  function press(name, value) {
    document.querySelectorAll("[data-set-" + name + "]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-set-" + name) === value));
    });
  }
  var preferred = (navigator.language || "zh").toLowerCase().indexOf("zh") === 0 ? "zh" : "en";
  var framing = window.parent !== window ? elsewhere("theme") : null; // Airflow's own choice, on its own page
  setLanguage(remembered("lang") || preferred);
  setTheme(remembered("theme") || (framing === "dark" || framing === "light" ? framing : "auto"));
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-set-lang], [data-set-theme]");
    if (!button) return;
    var language = button.getAttribute("data-set-lang"), theme = button.getAttribute("data-set-theme");
    if (language) { setLanguage(language); remember("lang", language); }
    if (theme) { setTheme(theme); remember("theme", theme); }
  });

  // --- tables: search and sort --------------------------------------------------------------------------------------
  function textOf(cell) {
    if (!cell) return "";
    if (cell.hasAttribute("data-sort")) return cell.getAttribute("data-sort");
    var hidden = root.dataset.lang === "en" ? ".zh" : ".en", copy = cell.cloneNode(true);
    copy.querySelectorAll(hidden + ", .parts, svg").forEach(function (part) { part.remove(); });
    return copy.textContent.trim();
  }
  function compare(one, other) {
    var first = Number(one.replace(/[,%]/g, "")), second = Number(other.replace(/[,%]/g, ""));
    if (one !== "" && other !== "" && !isNaN(first) && !isNaN(second)) return first - second;
    return one.localeCompare(other, "zh-CN", { numeric: true });
  }
  // The column each heading stands over, also where headings span rows and columns.
  function columnsOf(table) {
    var taken = [], found = [];
    Array.prototype.forEach.call(table.tHead.rows, function (row, depth) {
      var place = 0;
      Array.prototype.forEach.call(row.cells, function (cell) {
        while (taken[depth] && taken[depth][place]) place += 1;
        for (var down = 0; down < cell.rowSpan; down += 1) {
          taken[depth + down] = taken[depth + down] || [];
          for (var along = 0; along < cell.colSpan; along += 1) taken[depth + down][place + along] = true;
        }
        if (cell.colSpan === 1) found.push([cell, place]);
        place += cell.colSpan;
      });
    });
    return found;
  }
  function sortBy(table, heading, column) {
    var descending = heading.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    Array.prototype.forEach.call(table.tBodies, function (body) {
      var rows = Array.prototype.filter.call(body.rows, function (row) { return !row.classList.contains("band"); });
      rows.map(function (row, number) { return [textOf(row.cells[column]), number, row]; })
        .sort(function (one, other) {
          return (compare(one[0], other[0]) || one[1] - other[1]) * (descending ? -1 : 1);
        })
        .forEach(function (entry) { body.appendChild(entry[2]); });
    });
  }
  function filter(table, wanted) {
    Array.prototype.forEach.call(table.tBodies, function (body) {
      Array.prototype.forEach.call(body.rows, function (row) {
        if (row.classList.contains("band")) return;
        row.hidden = wanted !== "" && row.textContent.toLowerCase().indexOf(wanted) < 0;
      });
    });
  }
  document.querySelectorAll("table.stack").forEach(function (table) {
    var rows = table.querySelectorAll("tbody tr:not(.band)").length;
    if (!table.tHead || rows < 2 || table.hasAttribute("data-by-server")) return;
    columnsOf(table).forEach(function (pair) {
      var heading = pair[0], button = document.createElement("button");
      button.type = "button"; button.className = "sort";
      while (heading.firstChild) button.appendChild(heading.firstChild);
      heading.appendChild(button);
      button.addEventListener("click", function () { sortBy(table, heading, pair[1]); });
    });
    if (rows < 8) return;
    var label = document.createElement("label"), input = document.createElement("input");
    label.className = "find";
    label.innerHTML = '<span><span class="zh">筛选</span> <span class="en">Filter</span></span>';
    input.type = "search"; input.autocomplete = "off";
    input.addEventListener("input", function () { filter(table, input.value.trim().toLowerCase()); });
    label.appendChild(input);
    (table.closest(".scroll") || table).before(label);
  });

  // --- a link into a closed drill-down opens it; newer browsers do so by themselves ---------------------------------
  function openTarget() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var element = target; element; element = element.parentElement) {
      if (element.tagName === "DETAILS") element.open = true;
    }
    if (target) target.scrollIntoView();
  }
  addEventListener("hashchange", openTarget);
  openTarget();
})();
