// Draws the pictures of the page from the numbers in it, in the width that there is. Colours are the style sheet's, so that dark mode and printing need
// nothing here. Loads nothing, sends nothing.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("charts").textContent);
  const kinds = ["dense", "gdws", "calibrated", "hydra", "admm", "magnitude"];
  const colours = kinds.map((kind) => `var(--${kind})`);
  const shapes = ["square", "triangle", "circle", "diamond", "star", "wye"];
  const text = { fontFamily: "inherit", fontSize: "12px", background: "none", overflow: "visible" };
  const isFew = (width) => width < 480;

  /** The end of a name tells layers apart, so it is the beginning that gives way. */
  const shorten = (name, most) => (name.length <= most ? name : `…${name.slice(name.length - most + 1)}`);

  function tradeOff(points, accuracy) {
    return (width) => {
      const dense = points[0].kind === "dense" ? points[0] : null;
      const used = kinds.filter((kind) => points.some((point) => point.kind === kind));
      const pick = (list) => used.map((kind) => list[kinds.indexOf(kind)]);
      const colour = (point) => colours[kinds.indexOf(point.kind)];
      const arrows = dense ? points.slice(1).map((to) => ({ ...to, fromX: dense.fps, fromY: dense.accuracy })) : [];
      const front = points.filter((point) => point.on_front).sort((a, b) => a.fps - b.fps);
      const plot = Plot.plot({
        width,
        height: Math.round(Math.max(280, Math.min(400, width * 0.72))),
        marginTop: 34, marginRight: 16, marginBottom: 46, marginLeft: 46,
        inset: 22,
        style: text,
        x: { label: "frames per second", grid: true, ticks: isFew(width) ? 4 : 6, tickFormat: (fps) => fps.toLocaleString("en"), labelAnchor: "right" },
        y: { label: `${accuracy} (%)`, grid: true, ticks: 6 },
        symbol: { domain: used, range: pick(shapes) },
        marks: [
          Plot.line(front, { x: "fps", y: "accuracy", stroke: "var(--front)", strokeDasharray: "5 4", strokeWidth: 1.5 }),
          Plot.arrow(arrows, { x1: "fromX", y1: "fromY", x2: "fps", y2: "accuracy", stroke: colour, strokeOpacity: 0.45, inset: 9, headLength: 7, bend: true }),
          Plot.ruleX(points, { x: "fps", y1: "low", y2: "high", stroke: colour, strokeWidth: 1.5 }),
          Plot.ruleY(points, { y: "accuracy", x1: "fps_low", x2: "fps_high", stroke: colour, strokeWidth: 1.5 }),
          Plot.dot(points, { x: "fps", y: "accuracy", fill: colour, stroke: "var(--paper)", symbol: "kind", r: 6 }),
          Plot.tip(points, Plot.pointer({ x: "fps", y: "accuracy", title: describe(accuracy), fill: "var(--paper)", stroke: "var(--line)" })),
        ],
      });
      placeLabels(plot, points);
      return [legend(used, pick(["dense", "GDWS, from the weights alone", "GDWS, calibrated", "HYDRA", "ADMM", "by magnitude"]), pick(colours), pick(shapes)), plot];
    };
  }

  const describe = (accuracy) => (point) =>
    `${point.name}\n${Math.round(point.fps).toLocaleString("en")} frames per second\n${accuracy} ${point.accuracy.toFixed(1)} %`
    + ` (${point.low.toFixed(1)} – ${point.high.toFixed(1)})`;

  /** Writes every point's label where nothing is yet; where there is no room it is left to the table. */
  function placeLabels(plot, points) {
    const x = plot.scale("x"), y = plot.scale("y");
    const right = +plot.getAttribute("width") - 2;
    const taken = points.flatMap((point) => {
      const [px, py] = [x.apply(point.fps), y.apply(point.accuracy)];
      return [
        [px - 8, py - 8, px + 8, py + 8],
        [px - 2, y.apply(point.high), px + 2, y.apply(point.low)],
        [x.apply(point.fps_low), py - 2, x.apply(point.fps_high), py + 2],
      ];
    });
    const free = (box) => box[0] > 48 && box[2] < right && taken.every((t) => box[2] < t[0] || box[0] > t[2] || box[3] < t[1] || box[1] > t[3]);
    for (const point of points) {
      const [px, py] = [x.apply(point.fps), y.apply(point.accuracy)];
      const w = 7 * point.label.length, h = 14;
      const places = [[9, -h - 5], [9, 5], [-9 - w, -h - 5], [-9 - w, 5], [12, -h / 2], [-12 - w, -h / 2], [9, -h - 20], [9, 20], [-9 - w, -h - 20], [-9 - w, 20]];
      const place = places.map(([dx, dy]) => [px + dx, py + dy, px + dx + w, py + dy + h]).find(free);
      if (!place) continue;
      taken.push(place);
      d3.select(plot).append("text").attr("class", "label").attr("text-anchor", "start").attr("x", place[0]).attr("y", place[1] + 11).attr("fill", colours[kinds.indexOf(point.kind)]).text(point.label);
    }
  }

  function legend(keys, names, fills, symbols) {
    return symbols
      ? Plot.legend({ symbol: { domain: names, range: symbols }, color: { domain: names, range: fills }, fill: "color", style: text })
      : Plot.legend({ color: { domain: names, range: fills }, style: text });
  }

  const rowHeight = 20;

  function bars(rows, before, after, unit, format, told) {
    return (width) => {
      const margin = Math.min(150, Math.round(width * 0.36));
      const name = (row) => shorten(row.name, Math.floor(margin / 7));
      const shown = rows.filter((row) => row[before] != null);
      const domain = shown.map((row) => row.name);
      return [
        legend(null, ["before", "after"], ["var(--before)", "var(--after)"]),
        Plot.plot({
          width,
          height: shown.length * rowHeight + 42,
          marginLeft: margin, marginRight: 12, marginTop: 6, marginBottom: 36,
          style: text,
          x: { label: unit, grid: true, ticks: isFew(width) ? 3 : 5, tickFormat: format, labelAnchor: "right" },
          y: { domain, label: null, tickSize: 0, tickFormat: (layer) => name({ name: layer }) },
          marks: [
            Plot.barX(shown, { y: "name", x: before, fill: "var(--before)", insetTop: 2, insetBottom: 2 }),
            Plot.barX(shown, { y: "name", x: after, fill: "var(--after)", insetTop: 6, insetBottom: 6, title: (row) => `${row.name}: ${told(row[before])} → ${told(row[after])} ${unit}` }),
            Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.5 }),
          ],
        }),
      ];
    };
  }

  function kernels(channels) {
    return (width) => {
      const margin = Math.min(150, Math.round(width * 0.36));
      const cells = channels.flatMap((layer) => layer.shares.map((share, g) => ({ layer: layer.name, g, share })));
      const most = d3.max(cells, (cell) => cell.g);
      const hasRoom = (width - margin) / (most + 1) > 26;
      return [
        Plot.plot({
          width,
          height: channels.length * rowHeight + 42,
          marginLeft: margin, marginRight: 12, marginTop: 6, marginBottom: 36,
          padding: 0.06,
          style: text,
          x: { domain: d3.range(most + 1), label: "kernels a channel", tickSize: 0, labelAnchor: "right" },
          y: { domain: channels.map((layer) => layer.name), label: null, tickSize: 0, tickFormat: (name) => shorten(name, Math.floor(margin / 7)) },
          opacity: { domain: [0, 1], range: [0.05, 1] },
          marks: [
            Plot.cell(cells, {
              x: "g", y: "layer", fill: "var(--after)", fillOpacity: "share",
              title: (cell) => `${cell.layer}: ${(100 * cell.share).toFixed(1)} % of the channels have ${cell.g}`,
            }),
            hasRoom ? Plot.text(cells.filter((cell) => cell.share >= 0.005), {
              x: "g", y: "layer", text: (cell) => Math.round(100 * cell.share), fontSize: 10,
              fill: (cell) => (cell.share > 0.7 ? "var(--on-after)" : "currentColor"), pointerEvents: "none",
            }) : null,
          ],
        }),
      ];
    };
  }

  /** A small picture a layer; the style sheet lays them out. */
  function spectra(rows) {
    const kept = new Map(rows.filter((row) => row.is_gdws).map((row) => [row.name, row.kernels]));
    return (width) => {
      const list = document.createElement("div");
      list.className = "spectra";
      const columns = Math.max(1, Math.floor((width + 12) / 182));
      const each = Math.floor((width - (columns - 1) * 12) / columns);
      for (const spectrum of data.spectra) {
        const isDense = !kept.has(spectrum.layer);
        const count = kept.get(spectrum.layer) ?? 0;
        const last = spectrum.values.length - 1;
        const points = spectrum.values.map((value, i) => ({ rank: last ? (i / last) * spectrum.components : spectrum.components, value }));
        const part = Math.min(count, spectrum.components);
        const edge = { rank: part, value: interpolate(points, part) };
        const box = document.createElement("div");
        const caption = document.createElement("p");
        caption.textContent = shorten(spectrum.layer, Math.floor(each / 7));
        caption.title = spectrum.layer;
        const figures = document.createElement("span");
        figures.textContent = !isDense ? `${count.toLocaleString("en")} of ${spectrum.components.toLocaleString("en")}` : "stays dense";
        box.append(caption, figures, Plot.plot({
          width: each, height: 84, margin: 1, marginBottom: 2,
          style: text,
          x: { axis: null, domain: [0, spectrum.components] },
          y: { axis: null, domain: [0, 1] },
          marks: [
            count ? Plot.areaY([...points.filter((point) => point.rank < part), edge], { x: "rank", y: "value", fill: "var(--after)", fillOpacity: 0.45 }) : null,
            Plot.line(points, { x: "rank", y: "value", stroke: "var(--dense)", strokeWidth: 1.5 }),
            count ? Plot.ruleX([part], { stroke: "var(--after)", strokeWidth: 1.5 }) : null,
            Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
          ],
        }));
        list.append(box);
      }
      return [list];
    };
  }

  function interpolate(points, rank) {
    const i = Math.max(1, d3.bisector((point) => point.rank).left(points, rank));
    const [a, b] = [points[i - 1], points[Math.min(i, points.length - 1)]];
    return b.rank > a.rank ? a.value + ((b.value - a.value) * (rank - a.rank)) / (b.rank - a.rank) : a.value;
  }

  function attacks(shares) {
    return (width) => {
      const breaking = shares.parts.length - 2;
      const range = ["var(--wrong)", ...d3.range(breaking).map((i) => `var(--broken-${Math.min(i, 5)})`), "var(--stands)"];
      const margin = Math.min(170, Math.round(width * 0.36));
      const rows = shares.networks.flatMap((row) => row.counts.map((count, i) => ({ network: row.network, part: shares.parts[i], order: i, count, share: (100 * count) / row.images, images: row.images })));
      return [
        legend(null, shares.parts, range),
        Plot.plot({
          width,
          height: shares.networks.length * 30 + 46,
          marginLeft: margin, marginRight: 16, marginTop: 6, marginBottom: 40,
          style: text,
          x: { label: "images (%)", domain: [0, 100], grid: true, ticks: 5, labelAnchor: "right" },
          y: { domain: shares.networks.map((row) => row.network), label: null, tickSize: 0, tickFormat: (name) => shorten(name, Math.floor(margin / 6.6)) },
          color: { domain: shares.parts, range },
          marks: [
            Plot.barX(rows, Plot.stackX({ y: "network", x: "share", z: "part", order: "order", fill: "part", insetTop: 3, insetBottom: 3, insetRight: 1, title: (row) => `${row.network}: ${row.count} of ${row.images} ${row.part}` })),
          ],
        }),
      ];
    };
  }

  function efforts(rows) {
    return (width) => {
      const present = new Set(rows.flatMap((row) => row.stages.map((stage) => stage.name)));
      const stages = ["approximation", "calibration", "search", "fine-tuning"].filter((stage) => present.has(stage));
      const range = stages.map((_, i) => `var(--broken-${Math.min(i, 5)})`);
      const margin = Math.min(170, Math.round(width * 0.36));
      const minutes = d3.max(rows, (row) => d3.sum(row.stages, (stage) => stage.seconds)) >= 120;
      const shown = rows.flatMap((row) => row.stages.map((stage, i) => ({ network: row.network, part: stage.name, order: i, time: stage.seconds / (minutes ? 60 : 1), told: stage.told })));
      return [
        legend(null, stages, range),
        Plot.plot({
          width,
          height: rows.length * rowHeight + 46,
          marginLeft: margin, marginRight: 16, marginTop: 6, marginBottom: 40,
          style: text,
          x: { label: minutes ? "minutes" : "seconds", grid: true, ticks: isFew(width) ? 3 : 6, labelAnchor: "right" },
          y: { domain: rows.map((row) => row.network), label: null, tickSize: 0, tickFormat: (name) => shorten(name, Math.floor(margin / 6.6)) },
          color: { domain: stages, range },
          marks: [
            Plot.barX(shown, Plot.stackX({ y: "network", x: "time", z: "part", order: "order", fill: "part", insetTop: 3, insetBottom: 3, title: (row) => `${row.network}: ${row.part} ${row.told}` })),
            Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.5 }),
          ],
        }),
      ];
    };
  }

  function drawing(chart) {
    const [kind, index] = chart.split("-");
    switch (kind) {
      case "robust": return tradeOff(data.robust, "robust accuracy");
      case "natural": return tradeOff(data.natural, "natural accuracy");
      case "macs": return bars(data.layers[index].rows, "macs_before", "macs_after", "MACs", "~s", d3.format(".4~s"));
      case "milliseconds": return bars(data.layers[index].rows, "milliseconds_before", "milliseconds_after", "milliseconds", "~g", d3.format(".3~r"));
      case "kernels": return kernels(data.layers[index].channels);
      case "spectra": return spectra(data.layers[index].rows);
      case "efforts": return efforts(data.efforts);
      case "attacks": return attacks(data.attacks[index]);
    }
  }

  const drawnWidth = new WeakMap();

  function draw(figure) {
    const host = figure.querySelector(".plot");
    const width = Math.floor(host.clientWidth);
    if (width < 40 || drawnWidth.get(host) === width) return;
    drawnWidth.set(host, width);
    host.setAttribute("role", "img");
    host.setAttribute("aria-label", host.dataset.alt);
    host.replaceChildren(...drawing(figure.dataset.chart)(width));
    for (const svg of host.querySelectorAll("svg")) svg.setAttribute("aria-hidden", "true");
  }

  const figures = [...document.querySelectorAll("figure[data-chart]")];
  const drawAll = () => figures.forEach(draw);

  const chooser = document.getElementById("network");
  function choose() {
    for (const panel of document.querySelectorAll(".panel")) panel.hidden = panel.dataset.network !== chooser.value;
    drawAll();
  }
  if (chooser) {
    chooser.value = chooser.options[chooser.options.length - 1].value;
    chooser.addEventListener("change", choose);
    choose();
  }

  for (const button of document.querySelectorAll("button.download")) {
    button.addEventListener("click", () => {
      const json = document.getElementById(`document-${button.dataset.document}`).textContent;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([json], { type: "application/json" }));
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }

  document.documentElement.classList.add("drawn");
  drawAll();
  new ResizeObserver(drawAll).observe(document.body);
})();
