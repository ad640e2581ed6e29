// The answer and its views, pushed into live Vega views: nothing is embedded anew but when the theme changes.
// vegaEmbed comes with the bundle. Text is only ever set as text.

function themed(root) {
    const style = getComputedStyle(root), ink = style.color, soft = style.getPropertyValue("--whatif-soft").trim() || ink;
    const line = style.getPropertyValue("--whatif-line").trim() || "#ddd";
    return {
        background: "transparent", font: style.fontFamily, padding: 4, view: { stroke: null }, aria: false,
        axis: { labelColor: ink, titleColor: soft, gridColor: line, domainColor: soft, tickColor: soft,
                labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelFont: style.fontFamily },
        text: { color: ink, fontSize: 12 }, rule: { color: ink }, style: { soft: { stroke: soft } },
    };
}

function element(parent, tag, className, attributes = {}) {
    const made = document.createElement(tag);
    made.className = className;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    parent.appendChild(made);
    return made;
}

// ipywidgets give sliders no name and count their places; JupyterLab takes arrow keys for its own
function nameControls(panel) {
    if (!panel) return;
    panel.setAttribute("data-lm-suppress-shortcuts", "true");
    for (const box of panel.querySelectorAll(".widget-inline-hbox:not([data-named])")) {
        const label = box.querySelector(".widget-label");
        if (!label?.textContent) continue;
        box.setAttribute("data-named", "");
        box.title = label.title || label.textContent;
        for (const part of box.querySelectorAll("[role=slider], select, input, textarea")) {
            part.setAttribute("aria-label", label.textContent);
            part.setAttribute("aria-description", box.title);
        }
        const slider = box.querySelector("[role=slider]"), readout = box.querySelector(".widget-readout");
        if (!slider || !readout) continue;
        const say = () => {
            if (slider.getAttribute("aria-valuetext") !== readout.textContent) slider.setAttribute("aria-valuetext", readout.textContent);
        };
        new MutationObserver(say).observe(box, { childList: true, characterData: true, subtree: true, attributeFilter: ["aria-valuetext"] });
        say();
    }
}

async function until(condition) {
    for (let frame = 0; frame < 600 && !condition(); frame++) await new Promise(requestAnimationFrame);
}

async function render({ model, el }) {
    el.classList.add("whatif-view");
    const head = element(el, "div", "whatif-head");
    const badge = element(head, "span", "whatif-badge", { role: "status" });
    const progress = element(head, "progress", "whatif-progress", { max: "1", "aria-label": "exact run" });
    const verdict = element(el, "p", "whatif-verdict", { "aria-live": "polite" });
    const pinned = element(el, "p", "whatif-subtitle");
    const legend = element(el, "p", "whatif-legend");
    const note = element(el, "p", "whatif-note", { role: "status" });
    const charts = element(el, "div", "whatif-charts");
    const figures = {}, views = {};
    let drawn = {};  // rows by name, as they stand in the views
    let gone = false, drawing = false, dirty = false, restyle = true;
    for (const name of Object.keys(model.get("specs"))) {
        const figure = element(charts, "figure", `whatif-${name}`);
        figures[name] = {
            caption: element(figure, "figcaption", ""), subtitle: element(figure, "p", "whatif-subtitle"),
            chart: element(figure, "div", "whatif-chart", { role: "img" }),
        };
    }

    async function embed() {
        drawn = {};
        for (const [name, spec] of Object.entries(model.get("specs"))) {
            views[name]?.finalize();
            const whole = { ...structuredClone(spec), config: themed(el), datasets: structuredClone(model.get("data")) };
            const made = await vegaEmbed(figures[name].chart, whole, { actions: false, renderer: "svg", tooltip: false });
            if (gone) return made.finalize();
            views[name] = made;
            fit(name);
        }
    }

    function fit(name) {
        const width = figures[name].chart.clientWidth;
        if (views[name] && width > 50 && views[name].view.width() !== width) views[name].view.width(width).runAsync();
    }

    async function draw() {
        dirty = true;
        if (drawing || !model.get("serial")) return;  // axes over nothing would stay away
        drawing = true;
        while (dirty && !gone) {
            dirty = false;
            if (restyle) {
                restyle = false;
                await until(() => gone || el.clientWidth);  // JupyterLab hides everything while a theme comes
                await embed();
            }
            const data = model.get("data"), words = model.get("words"), serial = model.get("serial");
            write(words);
            const news = Object.entries(data).map(([name, rows]) => [name, JSON.stringify(rows)])
                .filter(([name, text]) => drawn[name] !== text);
            for (const { view } of Object.values(views)) {
                const own = news.filter(([name]) => hasData(view, name));
                for (const [name, text] of own) view.data(name, JSON.parse(text));
                if (own.length) await view.runAsync();
            }
            for (const [name, text] of news) drawn[name] = text;
            for (const name of Object.keys(views)) fit(name);
            el.dataset.kind = words.kind ?? "";
            el.dataset.asked = words.asked ?? "";
            el.dataset.serial = serial;
        }
        drawing = false;
    }

    function hasData(view, name) {
        try { view.data(name); return true; } catch { return false; }
    }

    function write(words) {
        badge.textContent = words.badge ?? "";
        badge.dataset.kind = words.kind ?? "";
        if (verdict.textContent !== words.verdict) verdict.textContent = words.verdict ?? "";
        pinned.textContent = words.pinned ?? "";
        legend.replaceChildren();
        (words.legend ?? []).forEach(([colour, name]) => {
            element(legend, "span", "whatif-swatch").style.background = colour;
            element(legend, "span", "").textContent = name;
        });
        for (const [name, { caption, subtitle, chart }] of Object.entries(figures)) {
            const text = words[name] ?? "";
            caption.textContent = text;
            caption.parentElement.hidden = !text;
            subtitle.textContent = text ? words[`${name}_note`] ?? "" : "";
            chart.setAttribute("aria-label", text || name);
        }
        const panel = el.closest(".whatif-panel");
        (words.legend ?? []).forEach(([colour], side) => panel?.style.setProperty(`--whatif-side-${side}`, colour));
    }

    const notes = () => { note.textContent = model.get("note"); note.dataset.bad = model.get("bad"); };
    const bar = () => { const done = model.get("progress"); progress.value = done; progress.hidden = !(done > 0 && done < 1); };
    const copy = (message) => { if (message.copy !== undefined) navigator.clipboard?.writeText(message.copy).catch(() => {}); };
    const widths = new ResizeObserver((entries) => {
        for (const { target } of entries) fit(Object.keys(figures).find((name) => figures[name].chart === target));
    });
    const theme = new MutationObserver(() => { restyle = true; draw(); });
    const names = new MutationObserver(([{ target }]) => nameControls(target.closest(".whatif-panel")));

    notes(); bar(); write(model.get("words"));
    await draw();
    for (const { chart } of Object.values(figures)) widths.observe(chart);
    theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
    // A widget is rendered before it is put into the page
    until(() => gone || el.closest(".whatif-panel")).then(() => {
        const panel = el.closest(".whatif-panel");
        if (gone || !panel) return;
        names.observe(panel, { childList: true, subtree: true });
        nameControls(panel);
        write(model.get("words"));
    });
    model.on("change:serial", draw);
    model.on("change:note change:bad", notes);
    model.on("change:progress", bar);
    model.on("msg:custom", copy);
    return () => {
        gone = true;
        widths.disconnect(); theme.disconnect(); names.disconnect();
        model.off("change:serial", draw); model.off("change:note change:bad", notes);
        model.off("change:progress", bar); model.off("msg:custom", copy);
        for (const view of Object.values(views)) view.finalize();
    };
}

export default { render };
