using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace Gdws.Tests.House;

/// <summary>Which room may know which: the arrows of docs/architecture.md.</summary>
public sealed class DependencyArrowsTests
{
    private static readonly Dictionary<string, string[]> _mayKnow = new()
    {
        ["Gdws.Onnx"] = [],
        ["Gdws.Checkpoints"] = [],
        ["Gdws.Decomposition"] = [],
        ["Gdws.Data"] = ["Gdws.Checkpoints"],
        ["Gdws.Architectures"] = ["Gdws.Onnx", "Gdws.Checkpoints"],
        ["Gdws.Planning"] = ["Gdws.Decomposition", "Gdws.Onnx"],
        ["Gdws.Execution"] = ["Gdws.Onnx", "Gdws.Data"],
        ["Gdws.Latency"] = ["Gdws.Onnx", "Gdws.Execution", "Gdws.Planning", "Gdws.Decomposition"],
        ["Gdws.OnnxRuntime"] = ["Gdws.Onnx", "Gdws.Execution"],
        ["Gdws.Torch"] = ["Gdws.Onnx", "Gdws.Execution", "Gdws.Data", "Gdws.Planning", "Gdws.Decomposition", "Gdws.Checkpoints"],
    };

    private static readonly Lazy<ArchUnitNET.Domain.Architecture> _house = new(() => new ArchLoader().LoadAssemblies(
        typeof(GdwsException).Assembly,
        System.Reflection.Assembly.Load("Gdws.Torch"),
        System.Reflection.Assembly.Load("Gdws.OnnxRuntime"),
        System.Reflection.Assembly.Load("Gdws.Cli")).Build());

    public static TheoryData<string> Rooms => [.. _mayKnow.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ARoom_KnowsOnlyTheRoomsItMay(string room)
    {
        string[] allowed = [room, .. _mayKnow[room]];

        string[] forbidden =
        [
            .. from type in TypesOf(room)
               from dependency in type.Dependencies
               let target = RoomOf(dependency.Target)
               where target is not null && !allowed.Contains(target)
               select $"{type.FullName} knows {dependency.Target.FullName}",
        ];

        Assert.Empty(forbidden.Distinct());
    }

    [Fact]
    public void EveryRoomHasItsArrows()
    {
        IEnumerable<string?> rooms = _house.Value.Types
            .Where(type => type.Namespace.FullName.StartsWith("Gdws.", StringComparison.Ordinal))
            .Select(type => string.Join('.', type.Namespace.FullName.Split('.').Take(2)))
            .Distinct();

        Assert.Empty(rooms.Except([.. _mayKnow.Keys, "Gdws.Cli"]));
    }

    private static IEnumerable<IType> TypesOf(string room) => _house.Value.Types.Where(type => RoomOf(type) == room);

    private static string? RoomOf(IType type)
    {
        string name = type.Namespace?.FullName ?? "";
        return _mayKnow.Keys.Append("Gdws.Cli")
            .FirstOrDefault(room => name == room || name.StartsWith(room + ".", StringComparison.Ordinal));
    }
}
