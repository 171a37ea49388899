using System.Collections.Frozen;
using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>
/// The allow-list: every class and function that a checkpoint may name. A few make tensors and dictionaries here; the rest, which lie beside
/// state dicts (arguments, NumPy scalars, optimizers), become objects that do nothing. Python code is never looked up, let alone run.
/// </summary>
internal static class TorchGlobals
{
    private static readonly FrozenDictionary<string, PickleGlobal> s_known = Known().ToFrozenDictionary(g => g.Name, StringComparer.Ordinal);

    private static readonly string[] s_inertPrefixes = ["torch.optim.", "numpy.dtypes."];

    /// <summary>Modules through which a pickle gets at the machine. The list only makes the refusal plainer.</summary>
    private static readonly FrozenSet<string> s_dangerousModules = FrozenSet.ToFrozenSet(
        [
            "os", "posix", "nt", "sys", "subprocess", "commands", "popen2", "pty", "shutil", "socket", "ctypes", "importlib", "runpy", "webbrowser", "pickle",
            "builtins", "operator", "code", "pdb", "timeit", "threading", "multiprocessing", "asyncio", "pip", "platform", "tempfile",
            "urllib", "http", "requests", "marshal", "inspect", "signal", "bdb", "cProfile", "profile", "doctest", "trace",
        ],
        StringComparer.Ordinal);

    public static PickleGlobal Resolve(string module, string name, PickleReader reader)
    {
        string fullName = $"{Python3Name(module.TrimEnd('\r'))}.{name.TrimEnd('\r')}";
        if (s_known.TryGetValue(fullName, out PickleGlobal? known))
            return known;
        if (s_inertPrefixes.Any(p => fullName.StartsWith(p, StringComparison.Ordinal)))
            return new PickleGlobal(fullName);
        throw reader.Invalid(Refusal(fullName));
    }

    private static string Refusal(string fullName)
    {
        string shown = ShownName.Of(fullName);
        if (s_dangerousModules.Contains(fullName.Split('.')[0]))
            return $"asks to call {shown}, which no checkpoint needs: the file may be malicious; it was refused and nothing was run";
        const string Remedy = "save its parameters with torch.save(model.state_dict(), path) and load that";
        return fullName.StartsWith("torch.nn.", StringComparison.Ordinal)
            ? $"holds a whole pickled model ({shown}), not a state dict; in Python, {Remedy}"
            : $"names {shown}, which isn't part of a state dict and isn't loaded; if the file holds a whole model, then in Python {Remedy}";
    }

    private static string Python3Name(string module) => module switch
    {
        "__builtin__" => "builtins",
        "copy_reg" => "copyreg",
        _ => module,
    };

    private static IEnumerable<PickleGlobal> Known()
    {
        string[] dictionaries =
        [
            "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict", "easydict.EasyDict", "munch.Munch",
            "yacs.config.CfgNode",
        ];
        string[] inert =
        [
            "argparse.Namespace", "types.SimpleNamespace", "copyreg._reconstructor", "_codecs.encode", "builtins.object", "builtins.int", "builtins.long",
            "builtins.float", "builtins.bool", "builtins.complex", "builtins.str", "builtins.unicode", "builtins.bytes", "builtins.bytearray", "builtins.slice",
            "builtins.range", "builtins.xrange", "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath",
            "pathlib.PureWindowsPath", "pathlib._local.PosixPath", "pathlib._local.WindowsPath", "datetime.datetime", "datetime.date", "datetime.timedelta",
            "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray.scalar",
            "numpy._core.multiarray._reconstruct", "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer", "torch.device", "torch.Tensor",
            "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.torch_version.TorchVersion", "torch.serialization._get_layout",
            "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_sparse_csr_tensor", "torch._utils._rebuild_qtensor",
            "torch._utils._rebuild_meta_tensor_no_storage", "torch._utils._rebuild_device_tensor_from_numpy", "torch._utils._rebuild_nested_tensor",
            "torch._utils._rebuild_wrapper_subclass", "torch.per_tensor_affine", "torch.per_channel_affine", "torch.preserve_format",
            "torch.contiguous_format", "torch.channels_last", "torch.strided",
        ];
        string[] lists = ["builtins.list", "builtins.set", "builtins.frozenset", "collections.deque"];
        string[] tuples = ["torch.Size", "builtins.tuple"];

        return
        [
            .. dictionaries.Select(name => new PickleGlobal(name, TorchCalls.MakeDictionary)),
            .. inert.Select(name => new PickleGlobal(name)),
            .. lists.Select(name => new PickleGlobal(name, TorchCalls.MakeList)),
            .. tuples.Select(name => new PickleGlobal(name, TorchCalls.MakeTuple)),
            new PickleGlobal("torch._utils._rebuild_tensor", TorchCalls.RebuildTensor),
            new PickleGlobal("torch._utils._rebuild_tensor_v2", TorchCalls.RebuildTensor),
            new PickleGlobal("torch._utils._rebuild_tensor_v3", TorchCalls.RebuildTypedTensor),
            new PickleGlobal("torch._utils._rebuild_parameter", TorchCalls.RebuildParameter),
            new PickleGlobal("torch._utils._rebuild_parameter_with_state", TorchCalls.RebuildParameter),
            new PickleGlobal("torch._tensor._rebuild_from_type_v2", TorchCalls.RebuildFromType),
            .. TorchStorageType.StorageClasses.Select(c => new TorchTypeGlobal($"torch.{c.Key}", c.Value)),
            .. TorchStorageType.StorageClasses.Select(c => new TorchTypeGlobal($"torch.storage.{c.Key}", c.Value)),
            .. TorchStorageType.Dtypes.Select(t => new TorchTypeGlobal($"torch.{t.Name}", t)),
        ];
    }
}
