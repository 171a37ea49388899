using Gdws.Tests.House;

namespace Gdws.Tests.Packages;

public sealed class DocumentationIndexTests
{
    [Fact]
    public void TheIndex_NamesEveryDocument()
    {
        string index = Documents.Read("docs/README.md");

        Assert.All(
            Documents.All.Where(name => name.StartsWith("docs/", StringComparison.Ordinal) && name != "docs/README.md").Select(name => name["docs/".Length..]),
            name => Assert.Contains($"({name})", index, StringComparison.Ordinal));
    }
}
