using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class AttachmentWriterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Behind_a_stale_watch_each_status_is_written_once_and_without_a_conflict()
    {
        await using var world = await AttachmentWorld.StartAsync();
        var (name, view, writer) = (world.Name, world.View, world.Writer);
        var refused = new List<int>();
        world.Kubernetes.Faults.AfterRequest = (request, code) =>
        {
            if (request.IsWrite && code >= 400)
            {
                refused.Add(code);
            }

            return ValueTask.FromResult<Simulator.Kubernetes.Faults.FaultAction?>(null);
        };
        world.Kubernetes.Faults.ResetCounts();

        // That it is being made is reported once, when it has lasted.
        Assert.Equal(TransientReasons.Deferral, await writer.ReportAsync(view.Attachment(name)!, null, null, null, Ct));
        Assert.Equal(0, world.Kubernetes.Faults.Count().Writes);
        world.Ec2.Time.Advance(TransientReasons.Deferral);
        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, null, null, null, Ct));
        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, null, null, null, Ct));
        Assert.Equal(1, world.Kubernetes.Faults.Count().Writes);

        var row = A.Row(attachment: A.Attached("i-0123456789abcdef0"));
        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, row, null, null, Ct));
        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, row, null, null, Ct));
        Assert.Equal(2, world.Kubernetes.Faults.Count().Writes);

        var deletion = await world.Client.DeleteAsync(Kinds.EniAttachment, ObjectKey.Cluster(name), new DeleteOptions(), Ct);
        view.Wrote(deletion.Remaining!);
        Assert.True(view.Attachment(name)!.Metadata.IsBeingDeleted);
        await writer.RemoveFinalizerAsync(view.Attachment(name)!, Names.EniFinalizer, Ct);

        Assert.Null(view.Attachment(name));
        Assert.Null(world.Stored);
        Assert.Empty(refused);
    }

    [Fact]
    public async Task An_agent_that_spoke_since_it_was_taken_for_dead_keeps_its_finalizer()
    {
        await using var world = await AttachmentWorld.StartAsync(Names.DeviceFinalizer);
        var seen = world.View.Attachment(world.Name)!;
        world.Change(live => live["status"] = new JsonObject { ["device"] = new JsonObject { ["driver"] = "ena" } });

        Assert.False(await world.Writer.DropDeviceFinalizerAsync(seen, Ct));
        Assert.Equal([Names.DeviceFinalizer], world.Finalizers);

        var newest = (await world.Client.GetAsync(Kinds.EniAttachment, ObjectKey.Cluster(world.Name), Ct))!;
        Assert.True(await world.Writer.DropDeviceFinalizerAsync(newest, Ct));
        Assert.Empty(world.Finalizers);
    }
}
