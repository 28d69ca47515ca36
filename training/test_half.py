"""The bfloat16 copy: same loss and gradients as the float32 network, but for rounding.   python -m training.test_half"""
import torch

from . import networks
from .half import Half


def test_gradients_agree():
    torch.manual_seed(0)
    net = networks.stage_b()
    torch.nn.init.normal_(net.clf[1].weight, std=0.02)  # zero at first: nothing would flow
    x, t = torch.randn(2, 4, 32, 32), torch.tensor([0.99, 0.3])
    given = dict(clip_text_pooled=torch.zeros(2, 1, net.config.clip_text_pooled_in_channels), effnet=torch.randn(2, 16, 8, 8))
    loss = net(x, timestep_ratio=t, **given).sample.square().mean()
    loss.backward()
    wanted = {n: p.grad.clone() for n, p in net.named_parameters() if p.grad is not None}
    for p in net.parameters():
        p.grad = None
    half = Half(net)
    with torch.no_grad():  # what refresh is for
        net.clf[1].weight.mul_(2)
        half.refresh()
        net.clf[1].weight.mul_(0.5)
    assert half.net.clf[1].weight.float().allclose(2 * net.clf[1].weight, rtol=0.01)
    half.refresh()
    made = half.net(x.bfloat16(), timestep_ratio=t, **{k: v.bfloat16() for k, v in given.items()}).sample.float().square().mean()
    made.backward()
    half.collect()
    assert abs(made.item() / loss.item() - 1) < 0.02
    for n, p in net.named_parameters():
        if n in wanted and wanted[n].norm() > 0:
            assert torch.nn.functional.cosine_similarity(p.grad.flatten(), wanted[n].flatten(), 0) > 0.99, n
    assert all(p.grad is None for p in half.net.parameters())


if __name__ == "__main__":
    test_gradients_agree()
    print("ok test_gradients_agree")
