using System.Net;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>What the recorded cases do not show of devices and claims.</summary>
public sealed class ResourceClaimTests : ServerFixture
{
    private const string Claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
    private const string Slices = "/apis/resource.k8s.io/v1/resourceslices";
    private const string Alternatives =
        """{"metadata":{"name":"c"},"spec":{"devices":{"requests":[{"name":"r","firstAvailable":[{"name":"a","deviceClassName":"d"},{"name":"b","deviceClassName":"d","allocationMode":"All"}]}]}}}""";

    [Fact]
    public async Task Alternatives_have_defaults_too()
    {
        var claim = (await Client.PostAsync(Claims, Alternatives)).Expect(HttpStatusCode.Created).Body;

        var alternatives = claim["spec"]!["devices"]!["requests"]![0]!["firstAvailable"]!;
        Assert.Equal("""{"name":"a","deviceClassName":"d","allocationMode":"ExactCount","count":1}""", alternatives[0]!.ToJsonString());
        Assert.Equal("""{"name":"b","deviceClassName":"d","allocationMode":"All"}""", alternatives[1]!.ToJsonString());
    }

    [Fact]
    public async Task What_is_said_of_a_device_goes_with_its_allocation()
    {
        await Client.PostAsync(Claims, Alternatives);
        await StatusAsync("""{"allocation":{"devices":{"results":[{"request":"r/a","driver":"x.y","pool":"p","device":"d"}]}}}""");
        var told = await StatusAsync("""{"devices":[{"driver":"x.y","pool":"p","device":"d"}]}""");
        Assert.NotNull(told["devices"]);

        var released = await StatusAsync("""{"allocation":null}""");

        Assert.Empty(released);
    }

    [Fact]
    public async Task A_write_of_the_status_leaves_the_metadata()
    {
        await Client.PostAsync(Claims, Alternatives);

        var written = (await Client.MergePatchAsync(Claims + "/c/status", """{"metadata":{"labels":{"a":"b"}}}""")).Expect(HttpStatusCode.OK);

        Assert.Null(written.Body["metadata"]!["labels"]);
    }

    [Fact]
    public async Task A_strategic_merge_patch_replaces_the_devices_in_a_status()
    {
        await Client.PostAsync(Claims, Alternatives);
        await StatusAsync(
            """{"allocation":{"devices":{"results":[{"request":"r/a","driver":"x.y","pool":"p","device":"d"},{"request":"r/a","driver":"x.y","pool":"p","device":"e"}]}},"devices":[{"driver":"x.y","pool":"p","device":"d"}]}"""
        );

        var patched = await Client.PatchAsync(
            Claims + "/c/status",
            """{"status":{"devices":[{"driver":"x.y","pool":"p","device":"e"}]}}""",
            "application/strategic-merge-patch+json"
        );

        var devices = patched.Expect(HttpStatusCode.OK).Body["status"]!["devices"]!.AsArray();
        Assert.Equal(["e"], devices.Select(static device => device!["device"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_taint_keeps_the_time_at_which_it_came()
    {
        const string old = "2020-01-01T00:00:00Z";
        var slice = Slice($$"""{"name":"d","taints":[{"key":"k","effect":"NoSchedule","timeAdded":"{{old}}"}]}""");
        await Client.PostAsync(Slices, slice);

        var changed = await Client.MergePatchAsync(Slices + "/s", """{"spec":{"pool":{"generation":2}}}""");

        Assert.Equal(old, changed.Expect(HttpStatusCode.OK).Body["spec"]!["devices"]![0]!["taints"]![0]!["timeAdded"]!.GetValue<string>());
    }

    [Fact]
    public async Task Tables_show_the_state_of_claims_and_the_origin_of_slices()
    {
        await Client.PostAsync(Slices, Slice("""{"name":"d"}"""));
        await Client.PostAsync(Claims, Alternatives);
        Assert.Equal(["c", "pending"], await CellsAsync(Claims, 2));
        await StatusAsync("""{"allocation":{"devices":{"results":[]}},"reservedFor":[{"resource":"pods","name":"p","uid":"u"}]}""");

        Assert.Equal(["c", "allocated,reserved"], await CellsAsync(Claims, 2));
        Assert.Equal(["s", "n", "x.y", "n"], await CellsAsync(Slices, 4));
    }

    [Fact]
    public async Task A_label_that_is_wrong_is_not_simulated_in_a_change()
    {
        await Client.PostAsync(Claims, Alternatives);

        (await Client.MergePatchAsync(Claims + "/c", """{"metadata":{"labels":{"a":"-"}}}""")).Expect(HttpStatusCode.NotImplemented);
    }

    [Theory]
    [InlineData("""{"name":"d","taints":[{"key":"k"}]}""")]
    [InlineData("""{"name":"","attributes":{}}""")]
    [InlineData("""{"name":"d","nodeName":"n"}""")]
    [InlineData("""{"name":"d","attributes":{"a":{"int":1,"string":"b"}}}""")]
    [InlineData(
        """{"name":"d","allowMultipleAllocations":true,"capacity":{"c":{"value":"1","requestPolicy":{"default":"2","validValues":["2"]}}}}"""
    )]
    public async Task A_refusal_whose_words_are_not_known_is_not_simulated(string device) =>
        (await Client.PostAsync(Slices, Slice(device))).Expect(HttpStatusCode.NotImplemented);

    private static string Slice(string device) =>
        $$"""{"metadata":{"name":"s"},"spec":{"driver":"x.y","nodeName":"n","pool":{"name":"n","generation":1,"resourceSliceCount":1},"devices":[{{device}}] } }""";

    private async Task<IEnumerable<string>> CellsAsync(string path, int count)
    {
        var table = (await Client.GetAsync(path, "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(HttpStatusCode.OK).Body;
        return table["rows"]![0]!["cells"]!.AsArray().Take(count).Select(static cell => cell!.GetValue<string>());
    }

    private async Task<JsonObject> StatusAsync(string status) =>
        (await Client.MergePatchAsync(Claims + "/c/status", $$"""{"status":{{status}} }""")).Expect(HttpStatusCode.OK).Body["status"]!.AsObject();
}
