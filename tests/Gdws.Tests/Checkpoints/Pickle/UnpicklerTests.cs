using System.Globalization;
using System.Numerics;
using System.Text;
using Gdws.Checkpoints.Pickle;
using Gdws.Checkpoints.PyTorch;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Checkpoints.Pickle;

public sealed class UnpicklerTests
{
    private const string Everything =
        "{a: [1, 2.5, None, True, False], b: (1, 2, 3), c: 1000000000000, big: 1180591620717411303424, neg: -5, é: x\ny\\u00e9, "
        + "t: ((), (1), (1, 2), (1, 2, 3, 4)), big2: 70000, m: -2147483648, s: [7], l: [[], []], r: [[again], [again]]}";

    /// <summary>Written by CPython 3's pickle module.</summary>
    [Theory]
    [InlineData("286470300a56610a70310a286c70320a49310a6146322e350a614e614930310a614930300a617356620a70330a2849310a49320a49330a7470340a7356630a70350a4c313030303030303030303030304c0a73566269670a70360a4c313138303539313632303731373431313330333432344c0a73566e65670a70370a492d350a7356e90a70380a56785c7530303061795c753030356375303065390a70390a7356740a7031300a2828742849310a747031310a2849310a49320a747031320a2849310a49320a49330a49340a747031330a747031340a7356626967320a7031350a4937303030300a73566d0a7031360a492d323134373438333634380a7356730a7031370a635f5f6275696c74696e5f5f0a7365740a7031380a28286c7031390a49370a61747032300a527032310a73566c0a7032320a286c7032330a286c7032340a61286c7032350a617356720a7032360a286c7032370a286c7032380a56616761696e0a7032390a61616732380a61732e")]
    [InlineData("7d71002858010000006171015d7102284b014740040000000000004e4930310a4930300a655801000000627103284b014b024b0374710458010000006371054c313030303030303030303030304c0a580300000062696771064c313138303539313632303731373431313330333432344c0a58030000006e656771074afbffffff5802000000c3a971085809000000780a795c75303065397109580100000074710a2829284b0174710b284b014b0274710c284b014b024b034b0474710d74710e580400000062696732710f4a7011010058010000006d71104a000000805801000000737111635f5f6275696c74696e5f5f0a7365740a7112285d71134b076174711452711558010000006c71165d7117285d71185d711965580100000072711a5d711b285d711c5805000000616761696e711d61681c65752e")]
    [InlineData("80027d71002858010000006171015d7102284b014740040000000000004e88896558010000006271034b014b024b0387710458010000006371058a060010a5d4e800580300000062696771068a0900000000000000004058030000006e656771074afbffffff5802000000c3a971085809000000780a795c75303065397109580100000074710a28294b0185710b4b014b0286710c284b014b024b034b0474710d74710e580400000062696732710f4a7011010058010000006d71104a000000805801000000737111635f5f6275696c74696e5f5f0a7365740a71125d71134b076185711452711558010000006c71165d7117285d71185d711965580100000072711a5d711b285d711c5805000000616761696e711d61681c65752e")]
    [InlineData("80037d71002858010000006171015d7102284b014740040000000000004e88896558010000006271034b014b024b0387710458010000006371058a060010a5d4e800580300000062696771068a0900000000000000004058030000006e656771074afbffffff5802000000c3a971085809000000780a795c75303065397109580100000074710a28294b0185710b4b014b0286710c284b014b024b034b0474710d74710e580400000062696732710f4a7011010058010000006d71104a000000805801000000737111636275696c74696e730a7365740a71125d71134b076185711452711558010000006c71165d7117285d71185d711965580100000072711a5d711b285d711c5805000000616761696e711d61681c65752e")]
    [InlineData("800495bd000000000000007d94288c0161945d94284b014740040000000000004e8889658c0162944b014b024b0387948c0163948a060010a5d4e8008c03626967948a090000000000000000408c036e6567944afbffffff8c02c3a9948c09780a795c7530306539948c01749428294b0185944b014b028694284b014b024b034b04749474948c0462696732944a701101008c016d944a000000808c0173948f94284b07908c016c945d94285d945d94658c0172945d94285d948c05616761696e9461681965752e")]
    [InlineData("800595bd000000000000007d94288c0161945d94284b014740040000000000004e8889658c0162944b014b024b0387948c0163948a060010a5d4e8008c03626967948a090000000000000000408c036e6567944afbffffff8c02c3a9948c09780a795c7530306539948c01749428294b0185944b014b028694284b014b024b034b04749474948c0462696732944a701101008c016d944a000000808c0173948f94284b07908c016c945d94285d945d94658c0172945d94285d948c05616761696e9461681965752e")]
    public void OfEveryProtocol_TheValuesAreTheSame(string pickle)
    {
        Assert.Equal(Everything, Describe(Load(Convert.FromHexString(pickle))));
    }

    /// <summary>Arguments, default dictionaries and ordered dictionaries, written by CPython 3 in protocols 0, 1, 2 and 4.</summary>
    [Theory]
    [InlineData("286470300a56617267730a70310a63636f70795f7265670a5f7265636f6e7374727563746f720a70320a286361726770617273650a4e616d6573706163650a70330a635f5f6275696c74696e5f5f0a6f626a6563740a70340a4e7470350a5270360a286470370a566c720a70380a46302e310a73566e616d650a70390a56780a7031300a73627356640a7031310a63636f6c6c656374696f6e730a64656661756c74646963740a7031320a28635f5f6275696c74696e5f5f0a6c6973740a7031330a747031340a527031350a566b0a7031360a49310a7373566f0a7031370a63636f6c6c656374696f6e730a4f726465726564446963740a7031380a2874527031390a567a0a7032300a49310a7356610a7032310a49320a73732e", "copyreg._reconstructor")]
    [InlineData("80027d71002858040000006172677371016361726770617273650a4e616d6573706163650a7102298171037d71042858020000006c727105473fb999999999999a58040000006e616d65710658010000007871077562580100000064710863636f6c6c656374696f6e730a64656661756c74646963740a7109635f5f6275696c74696e5f5f0a6c6973740a710a85710b52710c58010000006b710d4b017358010000006f710e63636f6c6c656374696f6e730a4f726465726564446963740a710f295271102858010000007a71114b0158010000006171124b0275752e", "argparse.Namespace")]
    [InlineData("800495ae000000000000007d94288c0461726773948c086172677061727365948c094e616d6573706163659493942981947d94288c026c7294473fb999999999999a8c046e616d65948c01789475628c0164948c0b636f6c6c656374696f6e73948c0b64656661756c74646963749493948c086275696c74696e73948c046c697374949394859452948c016b944b01738c016f94680b8c0b4f72646572656444696374949394295294288c017a944b018c0161944b0275752e", "argparse.Namespace")]
    public void OfAllowedClasses_DictionariesAreReadAndOthersAreInert(string pickle, string kind)
    {
        Assert.Equal($"{{args: <{kind}>, d: {{k: 1}}, o: {{z: 1, a: 2}}}}", Describe(Load(Convert.FromHexString(pickle))));
    }

    /// <summary>Written by CPython 2.7's cPickle: both kinds of strings, long integers, an ordered dictionary made from a list of pairs.</summary>
    [Theory]
    [InlineData("63636f6c6c656374696f6e730a4f726465726564446963740a70310a28286c70320a286c70330a5327636f6e76312e776569676874270a70340a61286c70350a49310a614c324c0a6146332e350a616161286c70360a56756e690a70370a6156e95c75303030610a70380a6161286c70390a532771270a61532269742773205c5c205c783030220a7031300a616174527031310a2e")]
    [InlineData("63636f6c6c656374696f6e730a4f726465726564446963740a7101285d7102285d710328550c636f6e76312e77656967687471045d7105284b014c324c0a47400c00000000000065655d7106285803000000756e6971075803000000c3a90a7108655d710928550171550869742773205c2000710a65657452710b2e")]
    [InlineData("800263636f6c6c656374696f6e730a4f726465726564446963740a71015d7102285d710328550c636f6e76312e77656967687471045d7105284b018a010247400c00000000000065655d7106285803000000756e6971075803000000c3a90a7108655d710928550171550869742773205c2000710a65658552710b2e")]
    public void OfPython2_StringsAndOrderedDictionariesAreRead(string pickle)
    {
        Assert.Equal("{conv1.weight: [1, 2, 3.5], uni: é\n, q: it's \\ \0}", Describe(Load(Convert.FromHexString(pickle))));
    }

    /// <summary>Ways to ask for os.system, the first three as CPython writes them.</summary>
    [Theory]
    [InlineData("cposix\nsystem\np0\n(Vecho\np1\ntp2\nRp3\n.", "posix.system")]
    [InlineData("\u0080\u0002cposix\nsystem\nq\0X\u0004\0\0\0echoq\u0001\u0085q\u0002Rq\u0003.", "posix.system")]
    [InlineData("\u0080\u0004\u008c\u0005posix\u0094\u008c\u0006system\u0094\u0093\u0094\u008c\u0004echo\u0085R.", "posix.system")]
    [InlineData("(S'echo'\nios\nsystem\n.", "os.system")]
    [InlineData("(cnt\nsystem\nS'echo'\no.", "nt.system")]
    [InlineData("c__builtin__\neval\n(S'1'\ntR.", "builtins.eval")]
    [InlineData("cbuiltins\ngetattr\n.", "builtins.getattr")]
    [InlineData("csubprocess\nPopen\n)\u0081.", "subprocess.Popen")]
    [InlineData("\u0080\u0004\u008c\u0002os\u008c\u000bpath.system\u0093.", "os.path.system")]
    public void OfAPickleThatWantsToRunSomething_TheMessageNamesIt(string pickle, string name)
    {
        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => Load(Encoding.Latin1.GetBytes(pickle)));

        Assert.Contains($"asks to call {name},", exception.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was run", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cmodels.resnet\nResNet\n.", "names models.resnet.ResNet, which isn't part of a state dict")]
    [InlineData("ctorch.nn.modules.conv\nConv2d\n.", "holds a whole pickled model (torch.nn.modules.conv.Conv2d)")]
    [InlineData("ctorch.hub\nload\n.", "names torch.hub.load")]
    [InlineData("ca\u0007b\nc\n.", "names a?b.c")]
    public void OfAClassOutsideTheList_TheMessageSaysWhatToDo(string pickle, string expected)
    {
        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => Load(Encoding.Latin1.GetBytes(pickle)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("model.state_dict()", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("N", "truncated")]
    [InlineData("", "truncated")]
    [InlineData(".", "operand is missing")]
    [InlineData("(.", "operand is missing")]
    [InlineData("t.", "mark is missing")]
    [InlineData("NNs.", "operand is missing")]
    [InlineData("}(Nu.", "key has no value")]
    [InlineData("N(NNu.", "expected a dictionary")]
    [InlineData("NNa.", "expected a list")]
    [InlineData("N)R.", "expected a class or function")]
    [InlineData("(No.", "expected a class")]
    [InlineData("h\u0001.", "memo entry 1 was never written")]
    [InlineData("Nr\u00ff\u00ff\u00ff\u00ff.", "memo entry 4,294,967,295")]
    [InlineData("Np-1\n.", "expected a memo index")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffabc.", "declares an item of 4,294,967,295 bytes where 4 are left")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff.", "declares an item of 18,446,744,073,709,551,615 bytes")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u00ff.", "declares an item of -1 bytes")]
    [InlineData("B\u00ff\u00ff\u00ff\u007f.", "declares an item of 2,147,483,647 bytes")]
    [InlineData("X\u0001\0\0\0\u00ff.", "isn't UTF-8")]
    [InlineData("S'abc\n.", "expected a quoted string")]
    [InlineData("Iabc\n.", "expected an integer")]
    [InlineData("Fabc\n.", "expected a number")]
    [InlineData("\u0080\u0009N.", "protocol 9")]
    [InlineData("\u0082\u0001.", "unknown instruction 0x82")]
    [InlineData("\u0097.", "unknown instruction 0x97")]
    [InlineData("Pname\n.", "refers to something outside by a name")]
    [InlineData("NQ.", "refers to something outside")]
    [InlineData("ctorch._utils\n_rebuild_tensor\n)R.", "argument 1 is missing")]
    [InlineData("ctorch._utils\n_rebuild_parameter\n(NtR.", "argument 1 isn't a tensor")]
    public void OfADamagedPickle_TheMessageSaysWhere(string pickle, string expected)
    {
        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => Load(Encoding.Latin1.GetBytes(pickle)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void OfDeepNesting_TheStackHolds()
    {
        const int Depth = 1_000_000;
        byte[] pickle = [.. Enumerable.Repeat((byte)']', Depth), .. Enumerable.Repeat((byte)'a', Depth - 1), (byte)'.'];

        object? innermost = Load(pickle);
        int depth = 1;
        while (innermost is List<object?> { Count: 1 } list)
        {
            innermost = list[0];
            depth++;
        }

        Assert.Equal(Depth, depth);
    }

    [Fact]
    public void OfMoreInstructionsThanAnyCheckpointHas_TheWorkEnds()
    {
        byte[] pickle = new byte[Unpickler.MaximumInstructions + 10];
        Array.Fill(pickle, (byte)'N');

        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => Load(pickle));
        Assert.Contains("more than 4,000,000 instructions", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A list of 1,000 entries that is copied 100,000 times would take 800 MB from a file of 500 kB.</summary>
    [Fact]
    public void OfCopiesOfACollection_TheWorkEnds()
    {
        byte[] pickle = PickleWriter.Of(w =>
        {
            w.List([.. Enumerable.Repeat<Action<PickleWriter>>(v => v.None(), 1000)]).Raw('q').Raw(0);
            w.Global("builtins", "set").Raw('q').Raw(1).Raw('(');
            for (int i = 0; i < 100_000; i++)
                w.Raw('h').Raw(1).Raw('h').Raw(0).Raw(0x85).Raw('R');
            w.Raw('l');
        });

        Assert.Throws<InvalidFileException>(() => Load(pickle));
    }

    private static object? Load(byte[] pickle)
    {
        using MemoryStream stream = new(pickle);
        return Unpickler.Load(new PickleReader(stream, "file.pth"), new TorchRules());
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        bool truth => truth.ToString(),
        long or BigInteger or double or string => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        List<object?> list => $"[{string.Join(", ", list.Select(Describe))}]",
        object?[] tuple => $"({string.Join(", ", tuple.Select(Describe))})",
        PickleDict dict => $"{{{string.Join(", ", dict.Entries.Select(e => $"{Describe(e.Key)}: {Describe(e.Value)}"))}}}",
        PickleObject inert => $"<{inert.Class.Name}>",
        _ => throw new InvalidOperationException(value.GetType().Name),
    };
}
