using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Tests;

public sealed class OtherCommandTests
{
    [Theory]
    [InlineData("""{"cniVersion":"0.4.0"}""", "0.4.0")]
    [InlineData("{}", "1.1.0")]
    [InlineData("nonsense", "1.1.0")]
    public void VERSION_tells_what_is_supported(string input, string version) =>
        Assert.Equal(
            $$"""{"cniVersion":"{{version}}","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}""",
            new Call("VERSION", "/none").Run(input: input).Text()
        );

    [Theory]
    [InlineData("CHECK", "0.4.0")]
    [InlineData("DEL", "0.3.0")]
    [InlineData("STATUS", "1.1.0")]
    public async Task Success_prints_nothing(string command, string version)
    {
        await using var manager = StubManager.WithText("{}");
        var outcome = new Call(command, manager.Path, version).Run();
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Text()));
        Assert.Equal(command, Assert.Single(manager.Requests).Command);
    }

    [Theory]
    [InlineData("CHECK", "0.3.1", "0.4.0")]
    [InlineData("GC", "1.0.0", "1.1.0")]
    [InlineData("STATUS", "1.0.0", "1.1.0")]
    public void A_command_that_the_version_lacks_is_refused(string command, string version, string since)
    {
        var (code, text) = new Call(command, "/none", version).Run().Error();
        Assert.Equal(IpamErrorCodes.IncompatibleVersion, code);
        Assert.Contains($"to {since} or later", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GC", IpamErrorCodes.TryAgainLater)]
    [InlineData("CHECK", IpamErrorCodes.TryAgainLater)]
    [InlineData("STATUS", IpamErrorCodes.NotAvailable)]
    public void Without_the_ENI_manager_they_fail(string command, int expected) =>
        Assert.Equal(expected, new Call(command, "/none", "1.1.0").With("cni.dev/valid-attachments", "[]").Run().Error().Code);

    [Theory]
    [InlineData("cni.dev/valid-attachments", """[{"containerID":"c1","ifname":"net1"},{"containerID":"c2","ifname":"net2"}]""", "c1/net1 c2/net2")]
    [InlineData("cni.dev/attachments", """[{"containerID":"c1","ifname":"net1"}]""", "c1/net1")]
    [InlineData("cni.dev/valid-attachments", "null", "")]
    public async Task GC_tells_which_interfaces_still_exist(string member, string value, string expected)
    {
        await using var manager = StubManager.WithText("{}");
        Assert.Equal(0, new Call("GC", manager.Path, "1.1.0").With(member, value).Run().ExitCode);
        Assert.Equal(expected, string.Join(' ', Assert.Single(manager.Requests).Valid!.Select(item => $"{item.ContainerId}/{item.Interface}")));
    }

    [Fact]
    public async Task GC_without_that_list_asks_nothing()
    {
        await using var manager = StubManager.WithText("{}");
        Assert.Equal(IpamErrorCodes.InvalidConfiguration, new Call("GC", manager.Path, "1.1.0").Run().Error().Code);
        Assert.Empty(manager.Requests);
    }

    [Theory]
    [InlineData("10.0.1.20/24", 0)]
    [InlineData("10.0.1.21/24", IpamErrorCodes.AddressMismatch)]
    public async Task CHECK_compares_with_what_the_runtime_knows(string booked, int expected)
    {
        await using var manager = StubManager.WithAddresses(new IpamAddress { Address = booked });
        var outcome = new Call("CHECK", manager.Path).With("prevResult", """{"ips":[{"address":"10.0.1.20/24"},{"address":"fe80::1/64"}]}""").Run();
        Assert.Equal(expected, outcome.ExitCode == 0 ? 0 : outcome.Error().Code);
    }

    [Fact]
    public async Task DEL_without_the_ENI_manager_leaves_one_note_that_a_later_ADD_removes()
    {
        await using var manager = StubManager.WithAddresses(new IpamAddress { Address = "10.0.1.20/24" });
        var notes = Path.Combine(manager.Folder, "state", "notes");
        var delete = new Call("DEL", "/none").WithIpam("notes", $"\"{notes}\"").Set("CNI_NETNS", "");
        for (var times = 0; times < 2; times++)
        {
            var outcome = delete.Run();
            Assert.Equal((0, "", null), (outcome.ExitCode, outcome.Text(), outcome.Warning));
        }

        var note = Assert.Single(Directory.GetFileSystemEntries(notes));
        Assert.Equal("c1:net1.note", Path.GetFileName(note));
        var request = JsonSerializer.Deserialize(
            await File.ReadAllTextAsync(note, TestContext.Current.CancellationToken),
            IpamJson.Default.IpamRequest
        )!;
        Assert.Equal(
            ("DEL", "blue", "c1", "net1", "shop"),
            (request.Command, request.Network, request.ContainerId, request.Interface, request.PodNamespace)
        );

        Assert.Equal(0, new Call("ADD", manager.Path).WithIpam("notes", $"\"{notes}\"").Run().ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(notes));
    }

    [Fact]
    public async Task DEL_succeeds_with_a_note_when_the_ENI_manager_answers_with_an_error()
    {
        await using var manager = StubManager.WithError(IpamErrorCodes.InputOutput, "The disk is full.");
        Assert.Equal(0, new Call("DEL", manager.Path).WithIpam("notes", $"\"{manager.Folder}/notes\"").Run().ExitCode);
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(manager.Folder, "notes")));
    }

    [Fact]
    public async Task DEL_succeeds_where_no_note_can_be_left_and_says_so_on_standard_error()
    {
        await using var manager = StubManager.WithText("");
        await File.WriteAllTextAsync(Path.Combine(manager.Folder, "file"), "", TestContext.Current.CancellationToken);
        var outcome = new Call("DEL", manager.Path).WithIpam("notes", $"\"{manager.Folder}/file\"").Run();
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("c1 has no net1", outcome.Warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cniVersion", "\"9.9.9\"")]
    [InlineData("master", "null")]
    [InlineData("cni.dev/attachments", "null")]
    public async Task DEL_succeeds_whatever_the_configuration_says(string member, string value)
    {
        await using var manager = StubManager.WithText("{}");
        Assert.Equal(0, new Call("DEL", manager.Path).With(member, value).Set("CNI_ARGS", "nonsense").Run().ExitCode);
        Assert.Single(manager.Requests);
    }

    [Fact]
    public void A_container_without_a_name_is_an_error_even_for_DEL() =>
        Assert.Equal(IpamErrorCodes.InvalidEnvironment, new Call("DEL", "/none").Set("CNI_CONTAINERID", "../../etc/passwd").Run().Error().Code);

    [Fact]
    public void An_error_has_the_version_of_the_configuration() =>
        Assert.Equal("0.4.0", JsonNode.Parse(new Call("CHECK", "/none", "0.4.0").Run().Text())!["cniVersion"]!.GetValue<string>());
}
