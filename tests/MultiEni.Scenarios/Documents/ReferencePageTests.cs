namespace MultiEni.Scenarios.Documents;

public class ReferencePageTests
{
    [Fact]
    public void The_reference_says_what_the_definitions_say()
    {
        var path = Path.Combine(Page.Root, "docs/nodeeni.md");
        var page = ReferencePage.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCUMENTS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.True(page == File.ReadAllText(path), "docs/nodeeni.md is out of date: run eng/generate-docs.sh and commit what it changed.");
    }
}
