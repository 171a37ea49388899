using Gdws.Data;
using Gdws.Onnx;

namespace Gdws.Cli.PublicCode;

/// <summary>The images that the paper's code means by the name of a dataset and a folder that torchvision could have filled.</summary>
internal static class PublicData
{
    /// <summary>The datasets whose names that code understands.</summary>
    public static string[] Names { get; } = ["cifar10", "cifar100", "svhn", "cifar2"];

    /// <summary>The number of classes of a dataset.</summary>
    public static int Classes(string dataset) => dataset == "cifar100" ? 100 : 10;

    /// <summary>The normalisation that the public code does in its loop.</summary>
    public static InputConversion Normalization(string dataset) => dataset == "cifar100"
        ? new([0.50707516f, 0.48654887f, 0.44091784f], [0.26733429f, 0.25643846f, 0.27615047f])
        : InputConversion.Parse(dataset == "svhn" ? dataset : "cifar10");

    /// <summary>Opens the test images.</summary>
    /// <param name="dataset">One of <see cref="Names"/>.</param>
    /// <param name="folder">Where to look; null for the public code's own places and <c>data</c>.</param>
    /// <exception cref="GdwsException">They aren't there; the message says where they were looked for.</exception>
    public static IImageDataset Open(string dataset, string? folder)
    {
        (string[] folders, string[] files) = dataset switch
        {
            "cifar10" => (new[] { "", "cifar-10-batches-bin", "cifar-10-batches-py" }, new[] { "test_batch.bin", "test_batch" }),
            "cifar100" => (["", "cifar-100-binary", "cifar-100-python"], ["test.bin", "test"]),
            "svhn" => ([""], ["test_32x32.mat"]),
            _ => throw new GdwsException($"--dataset {dataset}: the public code takes the name but has no images for it; expected cifar10, cifar100 or svhn"),
        };
        string[] roots = folder is null ? [$"/scratch/{dataset.ToUpperInvariant()}", "data"] : [folder];
        if (dataset == "svhn" && folder is not null && File.Exists(folder))
            return ImageDataset.Open($"svhn:{folder}");

        foreach (string candidate in roots.SelectMany(root => folders.Select(name => Path.Combine(root, name))))
        {
            string? file = files.Select(name => Path.Combine(candidate, name)).FirstOrDefault(File.Exists);
            if (file is not null)
                return ImageDataset.Open($"{dataset}:{(dataset == "svhn" ? file : candidate)}");
        }

        string where = folder is null ? $"{string.Join(" and ", roots)} (--data-dir names another folder)" : folder;
        string inside = folders.Length > 1 ? $", nor in {string.Join(" or ", folders.Skip(1))} there" : "";
        throw new GdwsException($"no {string.Join(" or ", files)} in {where}{inside}");
    }
}
