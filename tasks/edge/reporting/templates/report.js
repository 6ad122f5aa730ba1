"use strict";
(() => {
  const root = document.documentElement;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const drawn = new Set();
  const fromPage = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  // A colour "@name" is the page's variable "--name", as it is right now.
  const coloured = (value, key) => {
    if (Array.isArray(value)) return value.map((one) => coloured(one, key));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, coloured(one, name)]));
    }
    const isColour = (key === "color" || key === "fillcolor") && typeof value === "string" && value[0] === "@";
    return isColour ? fromPage("--" + value.slice(1)) : value;
  };

  const axis = (own) => ({
    gridcolor: fromPage("--grid"), zerolinecolor: fromPage("--line"),
    linecolor: fromPage("--line"), automargin: true, fixedrange: true, ...own,
  });

  const layoutOf = (own, place) => {
    const narrow = place.clientWidth < 520;
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: fromPage("--muted") },
      margin: { l: 8, r: 8, t: 8, b: 8 }, bargap: 0.18, dragmode: false,
      hovermode: "closest",
      hoverlabel: { bgcolor: fromPage("--card"), bordercolor: fromPage("--line"),
        font: { color: fromPage("--ink") } },
      ...coloured(own),
      legend: { orientation: "h", x: 0, xanchor: "left", y: -0.2, yanchor: "top",
        font: { size: narrow ? 11 : 12 }, ...own.legend },
      xaxis: axis(coloured(own.xaxis)),
      yaxis: axis(coloured(own.yaxis)),
    };
  };

  const draw = (place) => {
    const figure = figures[place.id];
    if (!figure || !place.clientWidth) return;
    const rows = place.dataset.rows;
    if (rows) place.style.height = 90 + 26 * Number(rows) + "px";
    Plotly.react(place, coloured(figure.data), layoutOf(figure.layout, place),
      { displayModeBar: false, responsive: true, showTips: false });
    drawn.add(place);
  };
  const redraw = () => drawn.forEach(draw);

  const seen = new IntersectionObserver((entries) => {
    entries.filter((one) => one.isIntersecting && !drawn.has(one.target))
      .forEach((one) => draw(one.target));
  }, { rootMargin: "600px" });
  const places = [...document.querySelectorAll(".chart")];
  places.forEach((place) => seen.observe(place));

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => {
    root.classList.add("printing");
    places.forEach(draw);
  });
  addEventListener("afterprint", () => {
    root.classList.remove("printing");
    redraw();
  });

  // A link to an anomaly opens it.
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
  };
  addEventListener("hashchange", open);
  open();
})();
