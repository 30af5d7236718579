using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Operator.Informers;

namespace MultiEni.Controller.Kubernetes;

/// <summary>The sources of change that the controller listens to.</summary>
internal sealed record ControllerInformers(Informer<NodeEni> NodeEnis, Informer<Node> Nodes, Informer<EniAttachment> Attachments);
