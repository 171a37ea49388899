namespace Gdws.Tests.Cli.Reports;

/// <summary>Questions about a page that only the page can answer.</summary>
internal static class BrowserScripts
{
    public const string All = """
        const clipOf = (element) => {
          let box = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
          for (let e = element; e; e = e.parentElement) {
            if (getComputedStyle(e).overflowX === "visible") continue;
            const r = e.getBoundingClientRect();
            box = { left: Math.max(box.left, r.left), top: Math.max(box.top, r.top), right: Math.min(box.right, r.right), bottom: Math.min(box.bottom, r.bottom) };
          }
          return box;
        };

        /** Every line of text that can be seen: its words, its element, its box. */
        const lines = () => {
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const node = walker.currentNode, element = node.parentElement;
            if (!node.data.trim() || ["SCRIPT", "STYLE", "TITLE", "OPTION", "NOSCRIPT"].includes(element.nodeName.toUpperCase())) continue;
            if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const clip = element.ownerSVGElement ? clipOf(element.ownerSVGElement.parentElement) : clipOf(element);
            for (const r of range.getClientRects()) {
              const box = { left: Math.max(r.left, clip.left), top: Math.max(r.top, clip.top), right: Math.min(r.right, clip.right), bottom: Math.min(r.bottom, clip.bottom) };
              if (box.right - box.left > 1 && box.bottom - box.top > 1) found.push({ node, element, text: node.data.trim().slice(0, 40), box });
            }
          }
          return found;
        };

        /** Pairs of texts that lie on each other. */
        const overlaps = () => {
          const all = lines(), slack = 2, pairs = [];
          for (let i = 0; i < all.length; i++)
            for (let j = i + 1; j < all.length; j++) {
              const [a, b] = [all[i], all[j]];
              if (a.node === b.node) continue;
              const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
              const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
              if (x > slack && y > slack) pairs.push(`"${a.text}" and "${b.text}" by ${x.toFixed(0)}×${y.toFixed(0)} px at ${a.box.left.toFixed(0)}, ${(a.box.top + scrollY).toFixed(0)}`);
            }
          return pairs;
        };

        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const colours = new Map();
        const colour = (text) => {
          if (!colours.has(text)) {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = text;
            canvas.fillRect(0, 0, 1, 1);
            colours.set(text, [...canvas.getImageData(0, 0, 1, 1).data]);
          }
          return colours.get(text);
        };
        const luminance = (c) => {
          const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const backgroundOf = (element) => {
          for (let e = element; e; e = e.parentElement) {
            const c = colour(getComputedStyle(e).backgroundColor);
            if (c[3] > 250) return c;
          }
          return [255, 255, 255, 255];
        };

        /** Texts that are hard to tell from what is behind them; numbers in coloured cells aside, whose background is another element. */
        const faint = () => lines().filter(({ element }) => !element.closest("[aria-label=text]")).map(({ element, text }) => {
          const style = getComputedStyle(element);
          const front = luminance(colour(element.ownerSVGElement ? style.fill : style.color)), back = luminance(backgroundOf(element));
          const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
          return { text, ratio };
        }).filter(({ ratio }) => ratio < 4.5).map(({ text, ratio }) => `"${text}" ${ratio.toFixed(1)}`);

        """;
}
