// Searches without leaving the page: what is typed goes in the body of a request, never into an address.
(function () {
  "use strict";
  var form = document.getElementById("filter");

  // Options cannot hold two languages, so they are written anew for the chosen one.
  function nameOptions() {
    var lang = document.documentElement.dataset.lang;
    if (!lang) return;
    document.querySelectorAll("option[data-zh]").forEach(function (one) { one.textContent = one.getAttribute("data-" + lang); });
  }
  nameOptions();
  new MutationObserver(nameOptions).observe(document.documentElement, { attributes: true, attributeFilter: ["data-lang"] });
  if (!form) return;

  var kept = "realname.search", latest = 0;
  // Buttons bear the same names as the fields they set, so fields are looked up as such.
  function setField(name, value) {
    var field = form.querySelector('input[name="' + name + '"], select[name="' + name + '"]');
    if (field) field.value = value;
  }
  function keep() {
    try {
      var fields = {};
      new FormData(form).forEach(function (value, name) { fields[name] = value; });
      sessionStorage.setItem(kept, JSON.stringify(fields));
    } catch (_) { /* then coming back begins anew */ }
  }
  function look(change) {
    var data = new FormData(form), mine = latest += 1, results = document.getElementById("results");
    Object.keys(change || {}).forEach(function (name) {
      data.set(name, change[name]);
      setField(name, change[name]);
    });
    results.setAttribute("aria-busy", "true");
    return fetch(form.action, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin" })
      .then(function (answer) {
        if (answer.status === 401 || answer.status === 403) { location.reload(); }
        return answer.text();
      })
      .then(function (text) {
        if (mine !== latest) return; // a later search is on its way
        var page = new DOMParser().parseFromString(text, "text/html"), found = page.getElementById("results");
        if (!found) found = page.querySelector("main section") || page.body;
        results.replaceChildren.apply(results, Array.prototype.slice.call(found.childNodes));
        keep();
      })
      .finally(function () { if (mine === latest) results.removeAttribute("aria-busy"); });
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var by = event.submitter, change = { page: "1" }; // a new order or a new search begins at the first page
    if (by && by.name === "sort") { change.sort = by.value; change.descending = by.getAttribute("data-descending"); }
    if (by && by.name === "page") change.page = by.value;
    if (form.elements.date.value !== form.elements.date.defaultValue) { return form.submit(); } // other choices, too
    look(change);
  });
  form.addEventListener("change", function (event) { if (event.target.tagName === "SELECT") look({ page: "1" }); });
  var waiting;
  form.elements.text.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { look({ page: "1" }); }, 300);
  });
  // Coming back from a finding shows the search as it was left.
  var way = performance.getEntriesByType("navigation")[0];
  if (way && way.type === "back_forward") {
    try {
      var fields = JSON.parse(sessionStorage.getItem(kept) || "null");
      if (fields) { Object.keys(fields).forEach(function (name) { setField(name, fields[name]); }); look({}); }
    } catch (_) { /* nothing was kept */ }
  }
})();
