using System.Text;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports.Sections;

/// <summary>Images before and after an attack, with what networks take them for.</summary>
internal static class GallerySection
{
    public static string Write(SweepResult result)
    {
        if (result.Gallery is not { Images.Count: > 0 } gallery)
            return "";

        StringBuilder html = new();
        html.Append($"<p>Every network was attacked by itself ({Html.Text(gallery.Attack)}). Differences are shown {gallery.Magnification:0.#} times as large, around grey.</p>\n<ul class=\"gallery\">\n");
        foreach (GalleryImage image in gallery.Images)
        {
            html.Append($"<li>\n<h3>{Html.Text(image.Class)} <span class=\"number\">image {image.Index:N0}</span></h3>\n");
            html.Append(Picture(image.Clean, $"{image.Class}, as it is", "clean"));
            foreach (GalleryAttack attack in image.Networks)
            {
                html.Append($"<div class=\"attacked\">\n<h4>{Html.Text(attack.Network)}</h4>\n");
                if (!attack.Before.IsRight)
                {
                    html.Append($"<p>{Guess(attack.Before)} without an attack</p>\n</div>\n");
                    continue;
                }

                html.Append("<div class=\"pictures\">\n");
                html.Append(Picture(attack.Adversarial, $"{image.Class}, as the attack on the network “{attack.Network}” changed it", "adversarial"));
                html.Append(Picture(attack.Difference, "what the attack changed, magnified", "difference"));
                html.Append($"</div>\n<p>{Guess(attack.Before)} → {Guess(attack.After)}</p>\n</div>\n");
            }

            html.Append("</li>\n");
        }

        return html.Append("</ul>\n").ToString();
    }

    /// <summary>Only what is a picture gets into the page.</summary>
    private static string Picture(string base64, string alternative, string caption)
    {
        byte[] bytes = new byte[base64.Length];
        bool isPng = Convert.TryFromBase64String(base64, bytes, out int length) && bytes.AsSpan(0, length).StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]);
        return isPng
            ? $"<div class=\"picture\"><img src=\"data:image/png;base64,{Convert.ToBase64String(bytes, 0, length)}\" alt=\"{Html.Text(alternative)}\"><span>{caption}</span></div>\n"
            : "";
    }

    private static string Guess(GalleryGuess guess) =>
        $"<span class=\"{(guess.IsRight ? "right" : "wrong")}\">{(guess.IsRight ? "✓" : "✗")} {Html.Text(guess.Class)}</span> {guess.Percent:F0}&#160;%";
}
