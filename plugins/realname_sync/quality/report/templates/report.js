// A link into a closed drill-down opens it; newer browsers do so by themselves.
function openTarget() {
  var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (var element = target; element; element = element.parentElement) {
    if (element.tagName === "DETAILS") element.open = true;
  }
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();
